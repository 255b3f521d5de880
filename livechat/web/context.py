"""The settings of the running application, and the path under which its API stands."""

from typing import cast

from flask import current_app

from livechat.core.config import SETTINGS_KEY, Settings

API_PREFIX = "/api/live-chat"


def settings() -> Settings:
    """The settings that ``create_app`` was given."""
    return cast(Settings, current_app.config[SETTINGS_KEY])

"""The web application, for a WSGI server and for ``flask --app wsgi``."""

import os
import sys

from livechat import create_app, init_command_line
from livechat.config import InvalidSettingsError, Settings
from livechat.logs import configure_logging

try:
    _settings = Settings.from_env()
except InvalidSettingsError as error:
    sys.exit(str(error))

configure_logging()
app = create_app(_settings)
if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
    init_command_line(app)

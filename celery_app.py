"""The Celery application: ``celery -A celery_app worker | beat | flower``."""

import sys

from livechat import create_app
from livechat.config import InvalidSettingsError, Settings
from workers.base import bind_celery

try:
    _settings = Settings.from_env()
except InvalidSettingsError as error:
    sys.exit(str(error))

app = bind_celery(create_app(_settings, api=False), _settings)

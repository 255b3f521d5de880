"""The Celery application: ``celery -A celery_app worker | beat | flower``."""

import sys

from livechat import create_app
from livechat.config import InvalidSettingsError, Settings
from livechat.logs import configure_logging
from workers.base import bind_celery

try:
    _settings = Settings.from_env()
except InvalidSettingsError as error:
    sys.exit(str(error))

# Celery asks for it once more when a worker starts; warnings come before that.
configure_logging()
app = bind_celery(create_app(_settings, api=False), _settings)

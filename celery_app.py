"""The Celery application: ``celery -A celery_app worker | beat | flower``."""

import gc
import sys

# Importing makes some thousand functions and classes that stay for good. Hundreds of garbage collections
# would run meanwhile and find nothing, a sixth of the start. What is loaded is then left out of later ones.
gc.disable()

from livechat import create_app
from livechat.core.config import InvalidSettingsError, Settings
from livechat.core.logs import configure_logging
from workers.base import bind_celery

try:
    _settings = Settings.from_env()
except InvalidSettingsError as error:
    sys.exit(str(error))

# Celery configures logging once more when a worker starts; warnings may come before that.
configure_logging()
app = bind_celery(create_app(_settings, api=False), _settings)
gc.freeze()
gc.enable()

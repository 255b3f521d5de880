"""The web application: ``server`` for an ASGI server, ``app`` for a WSGI server and ``flask --app wsgi``.

With ``app`` each slow client holds a thread of the server; with ``server`` none does
(docs/decisions/slow-clients.md).
"""

import os
import sys

from livechat import create_app, init_command_line
from livechat.core.config import InvalidSettingsError, Settings
from livechat.core.logs import configure_logging
from livechat.registry.serving import new_door

try:
    _settings = Settings.from_env()
except InvalidSettingsError as error:
    sys.exit(str(error))

configure_logging()
app = create_app(_settings)
if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
    init_command_line(app)
else:
    server = new_door(app)

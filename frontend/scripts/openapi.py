"""Prints the API's OpenAPI document, from which the page's types are generated.

Nothing is opened: the settings are well-formed and lead nowhere.
"""

import sys
from pathlib import Path

import orjson
from cryptography.fernet import Fernet

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from livechat import create_app
from livechat.core.config import Settings

NOWHERE = {
    "DATABASE_URL": "postgresql://127.0.0.1:9/none",
    "REDIS_URL": "redis://127.0.0.1:9/0",
    "WHATSAPP_VERIFY_TOKEN": "none",
    "WHATSAPP_APP_SECRET": "none",
    "SUPABASE_JWT_SECRET": "of no use, and long enough for HS256",
    "LIVECHAT_ENCRYPTION_KEY": Fernet.generate_key().decode(),
}


def document() -> bytes:
    """The document as JSON, with its keys sorted: it changes only when the API does."""
    app = create_app(Settings.from_env(NOWHERE))
    spec = app.extensions["livechat_api"].spec.to_dict()
    return orjson.dumps(spec, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


if __name__ == "__main__":
    sys.stdout.buffer.write(document() + b"\n")

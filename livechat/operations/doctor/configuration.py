"""Checks the settings as this process read them; a missing or malformed one has kept it from starting."""

import os
import re
from collections.abc import Iterator
from dataclasses import fields
from urllib.parse import urlsplit

from livechat.core.config import NEWEST_GRAPH_VERSION, Settings
from livechat.operations.doctor.findings import Finding, note, ok
from livechat.operations.telemetry import MULTIPROCESS_VARIABLE

_ADDRESSES = ("database_url", "redis_url", "celery_broker_url")
META_HOST = "graph.facebook.com"
SHORTEST_VERIFY_TOKEN = 16
_META_SECRET = re.compile(r"[0-9a-f]{32}")


def shown(settings: Settings) -> dict[str, str]:
    """Every setting as text: URLs without passwords, secrets as ``set``, ``2 set`` or ``not set``."""
    return {item.name: _shown(settings, item.name, item.repr) for item in fields(settings)}


def check(settings: Settings) -> Iterator[Finding]:
    """Notes on settings that are unusual but no fault."""
    yield ok("configuration", "every setting is there and well-formed")
    host = urlsplit(settings.whatsapp_api_url).hostname
    if settings.sandbox:
        yield note("sandbox", f"messages go to the sandbox at {settings.whatsapp_api_url}, not to Meta")
    elif host != META_HOST:
        yield note("whatsapp_api_url", f"messages go to {settings.whatsapp_api_url}, which is not Meta")
    if settings.whatsapp_api_version != NEWEST_GRAPH_VERSION:
        yield note(
            "whatsapp_api_version",
            f"{settings.whatsapp_api_version}; this release was made for {NEWEST_GRAPH_VERSION}",
        )
    if len(settings.whatsapp_verify_token) < SHORTEST_VERIFY_TOKEN:
        yield note(
            "whatsapp_verify_token",
            f"has fewer than {SHORTEST_VERIFY_TOKEN} characters",
            "Whoever guesses it can answer Meta's handshake; make it long and random.",
        )
    if host == META_HOST and not all(_META_SECRET.fullmatch(each) for each in settings.whatsapp_app_secrets):
        yield note(
            "whatsapp_app_secret",
            "Meta's app secrets have 32 hexadecimal digits, and this has not",
            "Take it from App settings, Basic: with a wrong one every webhook is refused.",
        )
    if len(settings.whatsapp_app_secrets) > 1:
        yield note(
            "whatsapp_app_secret",
            f"{len(settings.whatsapp_app_secrets)} app secrets are accepted",
            "Take the old one out once the rotation is over.",
        )
    if not os.environ.get(MULTIPROCESS_VARIABLE):
        yield note(
            "metrics",
            f"{MULTIPROCESS_VARIABLE} is not set here: where web and workers lack it too, /metrics shows one "
            "web process alone",
            "Give all processes of a machine one folder, emptied before they start.",
        )


def _shown(settings: Settings, name: str, is_public: bool) -> str:
    value = getattr(settings, name)
    if is_public:
        return "not set" if value is None else str(value)
    if name in _ADDRESSES:
        return without_password(value)
    if isinstance(value, tuple):
        return f"{len(value)} set"
    return "set" if value else "not set"


def without_password(address: str) -> str:
    """A URL without user, password and query, since each may hold a secret."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
    except ValueError:
        return "set"

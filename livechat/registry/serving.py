"""Puts the application behind the door of ``livechat.web.server``, which waits for slow clients."""

from typing import Any

from flask import Flask

from livechat.core.config import SETTINGS_KEY, Settings
from livechat.inbound.api import arrivals_of
from livechat.inbound.door.fast_path import WebhookLane
from livechat.web.guards.auth import is_signed_in
from livechat.web.guards.headers import ALWAYS, MAX_BODY_BYTES, MAX_BYTES_OF
from livechat.web.server import Door
from livechat.web.server.addresses import Addresses
from livechat.web.server.bodies import BodyLimits
from livechat.web.server.door import Rules

# Meta's calls and liveness checks have threads of their own, so that no crowd of requests holds them up.
_RESERVED = frozenset({"/webhook", "/healthz"})
# A client that takes nothing of its answer for this time is gone.
_STALLED_S = 30.0


def new_door(app: Flask) -> Door:
    """The ASGI application around ``app``."""
    settings: Settings = app.config[SETTINGS_KEY]

    def admits(environ: dict[str, Any]) -> bool:
        with app.request_context(environ):
            return is_signed_in()

    rules = Rules(
        most_bytes_of={"/webhook": settings.webhook_max_bytes, **MAX_BYTES_OF},
        most_bytes=MAX_BODY_BYTES,
        admits=admits,
        reserved=_RESERVED,
        lanes={("POST", b"/webhook"): WebhookLane(arrivals_of(app), settings)},
        headers=ALWAYS,
    )
    limits = BodyLimits(
        grace_s=settings.body_grace_s,
        min_bytes_per_s=settings.body_min_bytes_per_s,
        max_s=settings.body_max_s,
        per_address=settings.bodies_per_address,
    )
    return Door(
        app,
        rules,
        limits,
        Addresses(settings.trusted_proxies),
        connections_per_address=settings.connections_per_address,
        threads=settings.web_threads,
        stalled_s=_STALLED_S,
    )

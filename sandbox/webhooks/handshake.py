"""The handshake: a callback proves itself before it gets webhooks."""

from __future__ import annotations

import urllib3

from sandbox.model import Json
from sandbox.world import World


def handshake(world: World, url: str, verify_token: str) -> Json:
    """Ask a callback for its proof, as Meta does. Returns `{ok, status, body}`."""
    challenge = world.ids.object_id(10)
    fields = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
    timeout = world.config.webhook_timeout_s
    try:
        with urllib3.PoolManager(retries=False) as http:
            answer = http.request("GET", url, fields=fields, timeout=timeout, redirect=False)
    except urllib3.exceptions.HTTPError as error:
        return {"ok": False, "status": None, "body": type(error).__name__}
    body = answer.data.decode("utf-8", "replace")
    return {"ok": answer.status == 200 and body == challenge, "status": answer.status, "body": body[:200]}

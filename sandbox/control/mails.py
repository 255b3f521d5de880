"""Commands about the mails that the live chat has sent."""

from __future__ import annotations

from flask import Blueprint, Response

from sandbox.control.requests import reply
from sandbox.running import sandbox

bp = Blueprint("mails", __name__, url_prefix="/sandbox/mails")


@bp.get("")
def list_mails() -> Response:
    """All that are kept, newest first."""
    return reply({"mails": [mail.as_json() for mail in sandbox().outbox.listed()]})


@bp.delete("")
def forget_mails() -> Response:
    sandbox().outbox.clear()
    return reply({"mails": []})

"""Two transactions that hear of one message at the same time: the furthest status stands, whoever is last."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from livechat.core.extensions import db
from livechat.outbound.delivery.apply_status import apply_statuses
from livechat.whatsapp.webhook.items import Source, StatusUpdate
from tests.conftest import wait_until
from tests.factories import make_message
from tests.sends.conftest import stored

WAMID = "wamid.of.two"
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
BLOCKED = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def _update(status: str, number: str) -> StatusUpdate:
    return StatusUpdate(
        source=Source(n=0, field="messages", waba_id=None, phone_number_id=number),
        wamid=WAMID,
        status=status,
        timestamp=AT + timedelta(seconds=len(status)),
        participant="",
        callback_data=None,
        error=None,
        error_code=None,
        raw={},
    )


@pytest.mark.parametrize(
    ("first", "second", "ends"),
    [
        ("read", "delivered", "read"),
        ("delivered", "read", "read"),
        ("read", "sent", "read"),
        ("delivered", "failed", "delivered"),
        ("failed", "sent", "failed"),
    ],
)
def test_the_furthest_of_two_statuses_at_the_same_time_stands(
    app: Flask, session: scoped_session[Session], first: str, second: str, ends: str
) -> None:
    message: Any = make_message(session, direction="outbound", status="unknown", wamid=WAMID)
    number, message_id = message.phone_number_id, message.id
    session.commit()

    def hear_second() -> None:
        with app.app_context():
            apply_statuses(db.session, [_update(second, number)])
            db.session.commit()

    apply_statuses(session, [_update(first, number)])
    other = threading.Thread(target=hear_second)
    other.start()
    # A transaction would show the activity as it was at its first look.
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as looking:
        wait_until(lambda: looking.execute(text(BLOCKED)).scalar_one())
    session.commit()
    other.join(20)
    assert stored(message_id).status == ends

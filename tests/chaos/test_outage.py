"""An outage of PostgreSQL that outlasts many tries: what waits for its end is stored, and nothing is suspected."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from livechat.core.extensions import db, redis
from livechat.inbound.door import arrivals
from livechat.inbound.draining import DELIVERIES_BEFORE_FAILED, drain
from tests.ingest.conftest import make_text_body, signature
from tests.services import EmbeddedServices


def test_webhooks_outlive_any_number_of_tries_without_a_database(
    another_app: Callable[[EmbeddedServices], Flask],
) -> None:
    with EmbeddedServices() as own:
        app = another_app(own)
        client = app.test_client()
        own.postgres.kill()
        for n in range(3):
            raw = app.json.dumps(make_text_body(f"wamid.{n}")).encode()
            answer = client.post("/webhook", data=raw, headers={"X-Hub-Signature-256": signature(raw)})
            assert answer.status_code == 200
        for _ in range(DELIVERIES_BEFORE_FAILED + 2):
            with app.app_context(), pytest.raises(OperationalError):
                drain(redis.client, db.session, "worker", lambda _: None)
        own.postgres.start()
        with app.app_context():
            drain(redis.client, db.session, "worker", lambda _: None)
            states = db.session.execute(text("SELECT state, failed FROM webhook_events")).all()
            # Kept for replay: this number belongs to nobody here, which is no failure.
            assert [tuple(row) for row in states] == [("done", 0)] * 3
            assert redis.client.xlen(arrivals.STREAM) == 0

"""The baseline of the ingest, worker side: one task, one webhook, one transaction; the product's store."""

from benchmarks.apps import STORE_ONE
from celery_app import app
from livechat.core.extensions import db
from livechat.domain import clock
from livechat.domain.ids import uuid7
from livechat.inbound.door.arrivals import RawWebhook
from livechat.inbound.run import ingest_raw

__all__ = ["app"]


@app.task(name=STORE_ONE)  # type: ignore[untyped-decorator]  # celery has no types
def store_one(*, body: str) -> None:
    """Store one webhook and commit."""
    ingest_raw(db.session, [RawWebhook(uuid7(), clock.now(), body.encode())])

"""Statements of the ledger, ``webhook_events``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, insert, text

from livechat.models import WebhookEvent
from livechat.queries.session import AnySession


def insert_waiting(session: AnySession, event_id: UUID, received_at: datetime, body: bytes) -> None:
    """Keep a body that Redis could not take, to be processed from here."""
    session.execute(
        insert(WebhookEvent).values(id=event_id, received_at=received_at, body=body, state="waiting")
    )


def take_waiting(session: AnySession, limit: int) -> Sequence[Row[Any]]:
    """The oldest waiting bodies as (id, received_at, body), locked until the transaction ends."""
    return session.execute(
        text(
            "SELECT id, received_at, body FROM webhook_events WHERE state = 'waiting' "
            "ORDER BY received_at LIMIT :limit FOR UPDATE SKIP LOCKED"
        ),
        {"limit": limit},
    ).all()


def already_done(session: AnySession, ids: Sequence[UUID]) -> set[UUID]:
    """Those of ``ids`` whose outcome is committed: the worker died between commit and acknowledgement."""
    # The array as PostgreSQL writes it: the driver takes four times as long for a list.
    array = "{" + ",".join([each.hex for each in ids]) + "}"
    return set(session.execute(_ALREADY_DONE, {"ids": array}).scalars())


_ALREADY_DONE = text(
    "SELECT id FROM webhook_events WHERE id = ANY(CAST(:ids AS uuid[])) AND state <> 'waiting'"
)


def write_outcomes(session: AnySession, rows: list[dict[str, Any]], bodies: Sequence[bytes]) -> None:
    """Insert or complete ledger rows: {id, received_at, state, phone_number_ids, items, the four counts}.

    The first outcome stays: of two runs that meet on the same body the second writes nothing.

    ``bodies`` are in the order of ``rows``, each of which gets two keys more. They travel beside the JSON as
    one ``bytea``, end to end, and are cut there: an array of them would be escaped byte by byte, twice as
    long, at a sixth of what a batch costs.
    """
    at = 1  # PostgreSQL counts from 1
    for row, body in zip(rows, bodies, strict=True):
        row["body_at"], row["body_bytes"] = at, len(body)
        at += len(body)
    session.execute(
        text(
            """
            INSERT INTO webhook_events (id, received_at, processed_at, state, body, phone_number_ids, items,
                                        stored, duplicate, ignored, failed)
            SELECT r.id, r.received_at, clock_timestamp(), r.state,
                   substring(CAST(:bodies AS bytea) FROM r.body_at FOR r.body_bytes),
                   ARRAY(SELECT jsonb_array_elements_text(r.phone_number_ids)), r.items,
                   r.stored, r.duplicate, r.ignored, r.failed
            FROM jsonb_to_recordset(CAST(:rows AS jsonb))
                 AS r(id uuid, received_at timestamptz, state text, phone_number_ids jsonb, items jsonb,
                      stored int, duplicate int, ignored int, failed int, body_at int, body_bytes int)
            ON CONFLICT (id) DO UPDATE SET
                processed_at = excluded.processed_at, state = excluded.state,
                phone_number_ids = excluded.phone_number_ids, items = excluded.items,
                stored = excluded.stored, duplicate = excluded.duplicate,
                ignored = excluded.ignored, failed = excluded.failed
            WHERE webhook_events.state = 'waiting'
            """
        ),
        {
            "rows": orjson.dumps(rows).decode(),
            "bodies": b"".join(bodies),
        },
    )


def has_waiting(session: AnySession) -> bool:
    """Whether a body waits in the ledger."""
    return bool(
        session.execute(text("SELECT EXISTS (SELECT FROM webhook_events WHERE state = 'waiting')")).scalar()
    )


def delete_before(session: AnySession, before: datetime, limit: int) -> int:
    """Delete up to ``limit`` settled rows older than ``before``; how many there were."""
    gone = session.execute(
        text(
            """
            DELETE FROM webhook_events WHERE id IN (
                SELECT id FROM webhook_events WHERE received_at < :before AND state <> 'waiting'
                ORDER BY received_at LIMIT :limit)
            RETURNING id
            """
        ),
        {"before": before, "limit": limit},
    ).all()
    return len(gone)

"""Statements of the ledger, the table ``webhook_events``."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert

from livechat.core.session import AnySession, as_json
from livechat.models import WebhookEvent


def insert_waiting(
    session: AnySession, event_id: UUID, received_at: datetime, body: bytes, attempts: int = 0
) -> None:
    """Keep a body that waits to be stored. Does nothing where the ledger has a row of it already."""
    session.execute(
        insert(WebhookEvent)
        .values(id=event_id, received_at=received_at, body=body, state="waiting", attempts=attempts)
        .on_conflict_do_nothing()
    )


_TAKE_WAITING = text(
    """
    WITH found AS (
        SELECT id, attempts, claimed_until, received_at, octet_length(body) AS bytes FROM webhook_events
        WHERE state = 'waiting'
            AND (claimed_until IS NULL OR claimed_until < clock_timestamp() OR claimed_by = :consumer)
        ORDER BY attempts, claimed_until NULLS FIRST, received_at LIMIT :limit FOR UPDATE SKIP LOCKED
    ), counted AS (
        SELECT id, claimed_until IS NULL AND attempts = 0 AS is_new, row_number() OVER in_turn AS n,
               sum(bytes) OVER in_turn AS bytes
        FROM found WINDOW in_turn AS (ORDER BY attempts, claimed_until NULLS FIRST, received_at, id)
    )
    UPDATE webhook_events e
    SET attempts = e.attempts + 1, tried_at = coalesce(e.tried_at, clock_timestamp()),
        claimed_until = clock_timestamp() + make_interval(secs => :hold_s), claimed_by = :consumer
    FROM counted c
    WHERE e.id = c.id AND (c.n = 1 OR (c.is_new AND c.bytes <= :most_bytes))
    RETURNING e.id, e.received_at, e.body, e.attempts
    """
)


def take_waiting(
    session: AnySession, consumer: str, *, limit: int, most_bytes: int, hold_s: float
) -> Sequence[Row[Any]]:
    """Waiting bodies to be tried now, as (id, received_at, body, attempts), with this try counted.

    Commit before trying: a worker that the body kills leaves nothing but the count. The bodies with the
    fewest tries come first, of those the ones tried longest ago. Several are taken only where none was tried
    before, so that suspects stand alone. They are held for ``hold_s`` seconds; ``consumer`` itself may take
    them again at once, as after its death.
    """
    rows = session.execute(
        _TAKE_WAITING,
        {"consumer": consumer, "limit": limit, "most_bytes": most_bytes, "hold_s": hold_s},
    ).all()
    return sorted(rows, key=lambda row: (row.received_at, row.id))


def hold_waiting(session: AnySession, event_id: UUID, hold_s: float) -> None:
    """Hold a body that is in hand for ``hold_s`` seconds from now."""
    session.execute(
        text(
            "UPDATE webhook_events SET claimed_until = clock_timestamp() + make_interval(secs => :hold_s) "
            "WHERE id = :id AND state = 'waiting'"
        ),
        {"id": event_id, "hold_s": hold_s},
    )


def count_try(session: AnySession, event_id: UUID, by: int) -> None:
    """Add ``by`` to the tries of a waiting body."""
    session.execute(
        text("UPDATE webhook_events SET attempts = attempts + :by WHERE id = :id AND state = 'waiting'"),
        {"id": event_id, "by": by},
    )


def put_back_waiting(session: AnySession, ids: Iterable[UUID], *, forgive: bool, rest: bool) -> None:
    """Let others take bodies that were taken and still wait. With ``forgive`` the try does not count.

    With ``rest`` a body is left alone for a quarter of the time since its first try, a minute at most. So a
    body that fails for long is tried seldom and does not keep the ingest from the others.
    """
    session.execute(
        text(
            "UPDATE webhook_events SET attempts = attempts - CAST(:forgiven AS int), claimed_by = NULL, "
            "claimed_until = clock_timestamp() + CASE WHEN :rest "
            "THEN least((clock_timestamp() - tried_at) / 4, interval '1 min') ELSE interval '0' END "
            "WHERE id = ANY(:ids) AND state = 'waiting' AND attempts > 0"
        ),
        {"ids": list(ids), "forgiven": int(forgive), "rest": rest},
    )


def put_off(session: AnySession, before: datetime) -> tuple[int, datetime | None]:
    """(how many waiting bodies were first tried before that moment, the time of the earliest).

    Bodies that are still in their first try are left out.
    """
    row = session.execute(
        text(
            "SELECT count(*) AS n, min(tried_at) AS since FROM webhook_events "
            "WHERE state = 'waiting' AND tried_at < :before "
            "AND (attempts <> 1 OR claimed_by IS NULL OR claimed_until < clock_timestamp())"
        ),
        {"before": before},
    ).one()
    return row.n, row.since


def already_done(session: AnySession, ids: Sequence[UUID]) -> set[UUID]:
    """Those of ``ids`` whose outcome is committed, as where a worker died before it acknowledged them."""
    # The array is written as PostgreSQL does: the driver takes four times as long for a list.
    array = "{" + ",".join([each.hex for each in ids]) + "}"
    return set(session.execute(_ALREADY_DONE, {"ids": array}).scalars())


_ALREADY_DONE = text(
    "SELECT id FROM webhook_events WHERE id = ANY(CAST(:ids AS uuid[])) AND state <> 'waiting'"
)


def write_outcomes(session: AnySession, rows: list[dict[str, Any]], bodies: Sequence[bytes]) -> None:
    """Insert or complete ledger rows: {id, received_at, state, phone_number_ids, items, the four counts}.

    The first outcome stays: of two runs with the same body the second writes nothing.

    ``bodies`` are in the order of ``rows``; each row gets two more keys. The bodies travel beside the JSON as
    one ``bytea``, end to end, and PostgreSQL cuts them: an array of them would be escaped byte by byte, twice
    as long, for a sixth of what a batch costs.
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
            "rows": as_json(rows),
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

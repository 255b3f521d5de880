"""Which webhooks of the ledger an operator wants to run again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from livechat.queries.session import AnySession

Position = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Selection:
    """Webhooks that meet every condition given; ``since`` is inclusive and ``until`` exclusive.

    Those still ``waiting`` are never among them: the ingest has them in hand.
    """

    ids: tuple[UUID, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    number: str | None = None
    failed: bool = False
    unknown_number: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked for, which would mean the whole ledger."""
        return self == Selection()


def _conditions(selection: Selection) -> tuple[str, dict[str, Any]]:
    parts = ["state <> 'waiting'"]
    values: dict[str, Any] = {}
    if selection.ids:
        parts.append("id = ANY(:ids)")
        values["ids"] = list(selection.ids)
    if selection.since is not None:
        parts.append("received_at >= :since")
        values["since"] = selection.since
    if selection.until is not None:
        parts.append("received_at < :until")
        values["until"] = selection.until
    if selection.number is not None:
        parts.append("phone_number_ids @> ARRAY[CAST(:number AS text)]")
        values["number"] = selection.number
    if selection.failed:
        parts.append("state = 'failed'")
    if selection.unknown_number:
        # ``ignored`` first: it is cheap to look at, and most webhooks have none.
        parts.append("""ignored > 0 AND items @> '[{"reason": "unknown_number"}]'""")
    return " AND ".join(parts), values


def count(session: AnySession, selection: Selection) -> int:
    """How many webhooks are meant."""
    where, values = _conditions(selection)
    found: int = session.execute(
        text(f"SELECT count(*) FROM webhook_events WHERE {where}"),  # noqa: S608  # constants of this module
        values,
    ).scalar_one()
    return found


def page(session: AnySession, selection: Selection, after: Position | None, limit: int) -> Sequence[Row[Any]]:
    """The next (id, received_at, body), oldest first, behind ``after``."""
    where, values = _conditions(selection)
    if after is not None:
        where += " AND (received_at, id) > (:after_time, :after_id)"
        values |= {"after_time": after[0], "after_id": after[1]}
    return session.execute(
        text(
            f"SELECT id, received_at, body FROM webhook_events WHERE {where} "  # noqa: S608
            "ORDER BY received_at, id LIMIT :limit"
        ),
        values | {"limit": limit},
    ).all()


def states(session: AnySession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """{id: state} of those webhooks that the ledger has."""
    rows = session.execute(
        text("SELECT id, state FROM webhook_events WHERE id = ANY(:ids)"), {"ids": list(ids)}
    )
    return {row.id: row.state for row in rows}


def count_replays(session: AnySession, ids: Sequence[UUID]) -> None:
    """Note in the ledger that these were run once more."""
    session.execute(
        text("UPDATE webhook_events SET replays = replays + 1 WHERE id = ANY(:ids)"), {"ids": list(ids)}
    )

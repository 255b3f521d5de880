"""Statements that select ledger rows, to show them or to run them again, and that record replays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from livechat.core.session import AnySession, as_json

Position = tuple[datetime, UUID]

# Two conditions for two indexes: nearly all webhooks are about one number. The first index holds only the
# first 64 characters of a number; no real number is longer.
_ABOUT_IT_ALONE = (
    "cardinality(phone_number_ids) = 1 AND left(phone_number_ids[1], 64) = left(CAST(:number AS text), 64) "
    "AND phone_number_ids[1] = CAST(:number AS text)"
)
_ABOUT_IT_TOO = "cardinality(phone_number_ids) > 1 AND phone_number_ids @> ARRAY[CAST(:number AS text)]"
_ABOUT_NUMBER = f"({_ABOUT_IT_ALONE} OR ({_ABOUT_IT_TOO}))"
# The present outcomes of the items: those of the last replay, else those of the first run.
_ITEMS_NOW = "coalesce(replay_items, items)"
_SHOWN = f"id, received_at, state, phone_number_ids, items AS first_items, {_ITEMS_NOW} AS items, replayed_at"


@dataclass(frozen=True, slots=True)
class Selection:
    """Selects the webhooks that meet every condition given; ``since`` is inclusive, ``until`` exclusive.

    ``outcome`` is the present outcome of at least one item, one about ``number`` if that is given. Webhooks
    that are still ``waiting`` are never selected: the ingest will run them.
    """

    ids: tuple[UUID, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    number: str | None = None
    failed: bool = False
    unknown_number: bool = False
    outcome: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is no condition, which would select the whole ledger."""
        return self == Selection()


def _conditions(selection: Selection, about_number: str = _ABOUT_NUMBER) -> tuple[str, dict[str, Any]]:
    """(SQL over ``webhook_events``, its values); the SQL consists of constants of this module."""
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
        parts.append(about_number)
        values["number"] = selection.number
    if selection.failed:
        parts.append("state = 'failed'")
    if selection.unknown_number:
        # ``ignored`` comes first: it is cheap to read, and most webhooks have no ignored item.
        parts.append(f"""ignored > 0 AND {_ITEMS_NOW} @> '[{{"reason": "unknown_number"}}]'""")
    if selection.outcome is not None:
        if selection.outcome == "failed":
            parts.append("state = 'failed'")
        elif selection.outcome != "stored":
            # The condition of the partial index, which leaves out rows of stored items alone.
            parts.append("(ignored > 0 OR failed > 0 OR duplicate > 0)")
        parts.append(f"{_ITEMS_NOW} @> CAST(:item AS jsonb)")
        item = {"outcome": selection.outcome}
        if selection.number is not None:
            item["number"] = selection.number
        values["item"] = as_json([item])
    return " AND ".join(parts), values


def count(session: AnySession, selection: Selection) -> int:
    """How many webhooks are selected."""
    where, values = _conditions(selection)
    found: int = session.execute(
        text(f"SELECT count(*) FROM webhook_events WHERE {where}"),  # noqa: S608  # constants of this module
        values,
    ).scalar_one()
    return found


def page(session: AnySession, selection: Selection, after: Position | None, limit: int) -> Sequence[Row[Any]]:
    """Up to ``limit`` rows (id, received_at, body) behind ``after``, oldest first."""
    return _page(session, "id, received_at, body", selection, after, limit, newest_first=False)


def newest(
    session: AnySession, selection: Selection, behind: Position | None, limit: int
) -> Sequence[Row[Any]]:
    """Up to ``limit`` rows with the columns of ``_SHOWN`` behind ``behind``, newest first."""
    return _page(session, _SHOWN, selection, behind, limit, newest_first=True)


def _page(
    session: AnySession,
    columns: str,
    selection: Selection,
    place: Position | None,
    limit: int,
    *,
    newest_first: bool,
) -> Sequence[Row[Any]]:
    order, beyond = ("received_at DESC, id DESC", "<") if newest_first else ("received_at, id", ">")
    # Each part reads its index in order, and stops at the limit.
    abouts = [_ABOUT_NUMBER] if selection.number is None else [_ABOUT_IT_ALONE, _ABOUT_IT_TOO]
    selects: list[str] = []
    values: dict[str, Any] = {"limit": limit}
    for about in abouts:
        where, found = _conditions(selection, about)
        values |= found
        if place is not None:
            where += f" AND (received_at, id) {beyond} (:place_time, :place_id)"
            values |= {"place_time": place[0], "place_id": place[1]}
        selects.append(
            f"(SELECT {columns} FROM webhook_events WHERE {where} "  # noqa: S608
            f"ORDER BY {order} LIMIT :limit)"
        )
    return session.execute(
        text(
            f"SELECT * FROM ({' UNION ALL '.join(selects)}) found "  # noqa: S608
            f"ORDER BY {order} LIMIT :limit"
        ),
        values,
    ).all()


def waiting_naming(
    session: AnySession, selection: Selection, behind: Position | None, limit: int
) -> Sequence[Row[Any]]:
    """As ``newest``, but of webhooks that wait for their first run and whose bytes name ``selection.number``.

    Each row has its ``body`` too: only parsing it tells whether it is about that number.
    """
    where = "state = 'waiting' AND position(:name IN body) > 0"
    values: dict[str, Any] = {"name": str(selection.number).encode(), "limit": limit}
    if selection.since is not None:
        where += " AND received_at >= :since"
        values["since"] = selection.since
    if selection.until is not None:
        where += " AND received_at < :until"
        values["until"] = selection.until
    if behind is not None:
        where += " AND (received_at, id) < (:place_time, :place_id)"
        values |= {"place_time": behind[0], "place_id": behind[1]}
    return session.execute(
        text(
            f"SELECT {_SHOWN}, body FROM webhook_events WHERE {where} "  # noqa: S608
            "ORDER BY received_at DESC, id DESC LIMIT :limit"
        ),
        values,
    ).all()


def one(session: AnySession, event_id: UUID) -> Row[Any] | None:
    """One ledger row with the columns of ``newest`` and its ``body``; None if there is none."""
    return session.execute(
        text(f"SELECT {_SHOWN}, body FROM webhook_events WHERE id = :id"),  # noqa: S608
        {"id": event_id},
    ).one_or_none()


def states(session: AnySession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """{id: state} of these webhooks; ids that the ledger does not have are left out."""
    rows = session.execute(
        text("SELECT id, state FROM webhook_events WHERE id = ANY(:ids)"), {"ids": list(ids)}
    )
    return {row.id: row.state for row in rows}


def lock_items(session: AnySession, ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """{id: items with their present outcomes}; locks the ledger rows until the transaction ends."""
    rows = session.execute(
        text(
            f"SELECT id, {_ITEMS_NOW} AS items FROM webhook_events "  # noqa: S608
            "WHERE id = ANY(:ids) ORDER BY id FOR UPDATE"
        ),
        {"ids": list(ids)},
    )
    return {row.id: row.items for row in rows}


def write_replays(session: AnySession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Record replays, each {id, state, items, phone_number_ids}; the first outcomes stay as they were."""
    session.execute(
        text(
            """
            UPDATE webhook_events e
            SET state = r.state, replay_items = r.items, replays = e.replays + 1,
                replayed_at = clock_timestamp(),
                phone_number_ids = ARRAY(SELECT jsonb_array_elements_text(r.phone_number_ids))
            FROM jsonb_to_recordset(CAST(:rows AS jsonb))
                 AS r(id uuid, state text, items jsonb, phone_number_ids jsonb)
            WHERE e.id = r.id
            """
        ),
        {"rows": as_json(rows)},
    )

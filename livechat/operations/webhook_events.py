"""The ledger as the owners of numbers see it: items about their numbers, and nothing about others'."""

from collections.abc import Set
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row

from livechat.accounts.access import parse_id, require
from livechat.accounts.queries.visible import numbers_by_member
from livechat.core.after_commit import enqueue
from livechat.core.errors import NotFoundError, UnavailableError, WebhookWaitingError
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.domain import clock
from livechat.domain.clock import rfc3339
from livechat.domain.permissions import Permission, is_allowed
from livechat.inbound.storing.batch import DUPLICATE, FAILED, IGNORED, STORED, BatchResult
from livechat.operations.queries import ledger_pages
from livechat.operations.queries.ledger_pages import Position, Selection
from livechat.operations.replay import Replayed, replay
from livechat.whatsapp.webhook.body import number_ids, parse
from livechat.whatsapp.webhook.excerpt import excerpt

Json = dict[str, Any]

# So many webhooks are run within the request; more are left to a task.
MOST_AT_ONCE = 200
# A replay task ends after this and queues its successor: the sweeps share its queue.
SECONDS_AT_A_TIME = 5.0
_NO_EVENT = "There is no such webhook event."


def page(
    session: AnySession,
    selection: Selection,
    behind: Position | None,
    limit: int,
    *,
    waiting: bool,
) -> tuple[list[Json], Position | None]:
    """(webhooks with their items about ``selection.number``, newest first; where the page ended).

    The place is None if this was the last page.
    """
    numbers = {str(selection.number)}
    find = ledger_pages.waiting_naming if waiting else ledger_pages.newest
    # One row more than asked for tells whether there is a next page.
    rows = find(session, selection, behind, limit + 1)
    shown, more = rows[:limit], len(rows) > limit
    next_place = (shown[-1].received_at, shown[-1].id) if more else None
    return [event_json(row, numbers) for row in shown if not waiting or _names(row, numbers)], next_place


def access_event(session: AnySession, user_id: UUID, event_id: str) -> tuple[Row[Any], set[str]]:
    """(the webhook, those of its numbers that the user administers); NotFoundError, ForbiddenError."""
    row = ledger_pages.one(session, parse_id(event_id, "webhook event"))
    if row is None:
        raise NotFoundError(_NO_EVENT)
    # The numbers of a waiting webhook are not known before it is parsed.
    about = number_ids(parse(row.body)) if row.state == "waiting" else set(row.phone_number_ids)
    members = numbers_by_member(session, user_id)
    seen = {number: members[number] for number in members.keys() & about}
    if not seen:
        raise NotFoundError(_NO_EVENT)
    numbers = {
        number for number, member in seen.items() if is_allowed(member.role, Permission.OPERATIONS_READ)
    }
    if not numbers:
        require(next(iter(seen.values())))
    return row, numbers


def event_json(row: Row[Any], numbers: Set[str]) -> Json:
    """A webhook without its body; ``phone_number_id`` is the first of ``numbers`` that it is about."""
    first = {item["n"]: item for item in row.first_items}
    about = sorted(numbers & set(row.phone_number_ids)) or sorted(numbers)
    return {
        "id": str(row.id),
        "received_at": rfc3339(row.received_at),
        "phone_number_id": about[0],
        "state": row.state,
        "items": [_item(item, first.get(item["n"])) for item in row.items if item.get("number") in numbers],
        "replayed_at": rfc3339(row.replayed_at),
    }


def event_with_body_json(row: Row[Any], numbers: Set[str]) -> Json:
    """The same with ``body``: its parts about ``numbers``, null if they cannot be shown as JSON."""
    body = excerpt(bytes(row.body), numbers)
    try:
        orjson.dumps([body])
    except orjson.JSONEncodeError:  # it is nested too deeply to be written again
        body = None
    return event_json(row, numbers) | {"body": body}


def replay_event(session: AnySession, row: Row[Any], numbers: Set[str]) -> Json:
    """Commits a replay of one webhook's items about ``numbers``; returns the counts of their outcomes.

    Raises WebhookWaitingError before the webhook's first run.
    """
    if row.state == "waiting":
        raise WebhookWaitingError("It is run within seconds, without being asked.")
    return _result(replay(session, Selection(ids=(row.id,)), _no_report, numbers=numbers))


def replay_number(session: AnySession, selection: Selection) -> Json | None:
    """Commits a replay of the selected webhooks' items about their number; returns the counts of outcomes.

    If there are more than MOST_AT_ONCE, enqueues a task and returns None, or raises UnavailableError.
    """
    if ledger_pages.count(session, selection) <= MOST_AT_ONCE:
        return _result(replay(session, selection, _no_report, numbers={str(selection.number)}))
    session.rollback()
    # Webhooks received from now on have their own first run.
    selection = replace(selection, until=min(selection.until or clock.now(), clock.now()))
    arguments: dict[str, str | int | bool] = {"phone_number_id": str(selection.number)}
    arguments |= {
        name: str(rfc3339(value))
        for name, value in (("since", selection.since), ("until", selection.until))
        if value is not None
    }
    if selection.outcome is not None:
        arguments["outcome"] = selection.outcome
    if not enqueue(TaskName.REPLAY, **arguments):
        raise UnavailableError("The replay could not be queued; ask again.")
    return None


def replay_slice(session: AnySession, selection: Selection, after: Position | None) -> Position | None:
    """Commits some seconds of a long replay; returns where to go on, None at the end."""
    numbers = {str(selection.number)}
    replayed = replay(session, selection, _no_report, numbers=numbers, after=after, seconds=SECONDS_AT_A_TIME)
    return replayed.stopped_at


def _result(replayed: Replayed) -> Json:
    counts = dict.fromkeys((STORED, DUPLICATE, IGNORED, FAILED), 0)
    for (outcome, _), count in replayed.outcomes.items():
        counts[outcome] += count
    return {"replayed": replayed.webhooks, **counts}


def _item(item: Json, first: Json | None) -> Json:
    is_message = item["kind"] == "ThreadMessage"
    return {
        "kind": item["kind"],
        "outcome": item["outcome"],
        "reason": item.get("reason"),
        "message_id": item.get("ref") if is_message else None,
        "first_outcome": first["outcome"] if first is not None else None,
    }


def _names(row: Row[Any], numbers: Set[str]) -> bool:
    return bool(numbers & number_ids(parse(row.body)))


def _no_report(_: BatchResult) -> None:
    """A request or task needs no progress reports."""

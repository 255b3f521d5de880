"""Writes what has changed, once it is committed, to the event log of each account concerned."""

import threading
from collections.abc import Collection, Mapping, Sequence
from logging import ERROR, WARNING
from uuid import UUID

import structlog
from redis import Redis
from redis.exceptions import RedisError

from livechat.core.after_commit import after_commit
from livechat.core.extensions import redis
from livechat.core.session import AnySession
from livechat.live.event_log import RESET, Catalog, Change, Kind, append
from livechat.live.queries import (
    accounts_of_conversations,
    accounts_of_numbers,
    accounts_of_user,
    accounts_of_workspace,
    all_accounts,
    members_of,
)
from livechat.live.writers import gone_writers, sign_in, speak_for

log = structlog.get_logger(__name__)


class _Debt:
    """Accounts whose changes could not be written. This process's next publish tells their pages to fetch."""

    def __init__(self) -> None:
        self._accounts: set[UUID] = set()
        self._lock = threading.Lock()

    def take(self) -> set[UUID]:
        with self._lock:
            taken, self._accounts = self._accounts, set()
            return taken

    def add(self, accounts: Collection[UUID]) -> None:
        with self._lock:
            self._accounts.update(accounts)


_debt = _Debt()


def publish(
    session: AnySession,
    *,
    created: Mapping[UUID, UUID] | None = None,
    updated: Mapping[UUID, UUID] | None = None,
    conversations: Collection[UUID] = (),
    changes: Mapping[UUID, UUID] | None = None,
    left: Mapping[UUID, UUID] | None = None,
    others: Sequence[tuple[UUID, Change]] = (),
    accounts: Mapping[UUID, UUID] | None = None,
) -> None:
    """Tell open pages of these messages ({id: conversation id}) and conversations, after the caller's commit.

    A message's event shows its conversation too, so that need not be named. ``changes`` are those written
    down ({change: conversation id}), ``left`` those of assignee or team among them: who loses sight by one
    is told to forget the conversation. ``others`` are of whatever else belongs to a conversation, each with
    the id of that. To be called when the rows are written, right before the commit: it
    asks for their accounts in one statement, except for conversations in ``accounts``,
    {conversation: account}.
    """
    created, updated = created or {}, updated or {}
    told: list[tuple[UUID, Change]] = []
    told += [(conversation, Change(Kind.MESSAGE_CREATED, id_)) for id_, conversation in created.items()]
    told += [
        (conversation, Change(Kind.MESSAGE_UPDATED, id_))
        for id_, conversation in updated.items()
        if id_ not in created
    ]
    shown = {conversation for conversation, _ in told}
    told += [(each, Change(Kind.CONVERSATION_UPDATED, each)) for each in conversations if each not in shown]
    told += [
        (conversation, Change(Kind.CHANGE_CREATED, id_)) for id_, conversation in (changes or {}).items()
    ]
    told += [
        (conversation, Change(Kind.CONVERSATION_LEFT, id_)) for id_, conversation in (left or {}).items()
    ]
    told += others
    if not told:
        return
    known = accounts or {}
    asked = accounts_of_conversations(session, {each for each, _ in told if each not in known})
    by_account: dict[UUID, list[Change]] = {}
    for conversation, change in told:
        account = known.get(conversation) or asked.get(conversation)
        if account is not None:
            by_account.setdefault(account, []).append(change)
    _after_commit(session, by_account)


def publish_numbers(session: AnySession, phone_number_ids: Collection[str]) -> None:
    """Have open pages fetch afresh after the commit: no event tells what changed of these numbers."""
    accounts = accounts_of_numbers(session, phone_number_ids)
    _after_commit(session, {account_id: [RESET] for account_id in accounts})


def publish_account(session: AnySession, account_id: UUID, others: Collection[UUID] = ()) -> None:
    """The same for an account that is new or has a new number: its members' open streams begin to follow it.

    ``others`` are accounts that this changes too, as one that lost the number: their pages fetch afresh.
    """
    changes = {each: [RESET] for each in (account_id, *others)}
    _after_commit(session, changes, members_of(session, account_id))


def publish_members(session: AnySession, workspace_id: UUID, touched: Collection[UUID] = ()) -> None:
    """Have open pages fetch the workspace, its members and teams afresh, after the commit.

    What ``touched`` users may see is looked at again at once: streams of who lost an account end.
    """
    change = Change(Kind.MEMBERS_UPDATED, workspace_id)
    changes = {account_id: [change] for account_id in accounts_of_workspace(session, workspace_id)}
    _after_commit(session, changes, touched)


def publish_catalog(session: AnySession, workspace_id: UUID, catalog: Catalog) -> None:
    """Have open pages fetch one of the workspace's catalogues afresh after the commit, and nothing else.

    What conversations show of it (a label's name and colour, a team's name) pages take from there.
    """
    change = catalog.change()
    _after_commit(
        session, {account_id: [change] for account_id in accounts_of_workspace(session, workspace_id)}
    )


def publish_job(session: AnySession, job_id: UUID, user_id: UUID) -> None:
    """Tell the pages of who started a bulk action how far it is, after the commit."""
    change = Change(Kind.JOB_UPDATED, job_id)
    _after_commit(session, {account_id: [change] for account_id in accounts_of_user(session, user_id)})


def publish_for_the_dead(session: AnySession, client: Redis) -> int:
    """Have all open pages fetch afresh where processes died that may have had something to tell; how many.

    Raises RedisError: the next look finds them again.
    """
    gone = gone_writers(client)
    if gone:
        speak_for(client, gone, all_accounts(session))
        log.warning("event_writers_died", processes=len(gone))
    return len(gone)


def _after_commit(
    session: AnySession, changes: Mapping[UUID, list[Change]], touched: Collection[UUID] = ()
) -> None:
    if changes:
        client = redis.client
        sign_in(client)
        after_commit(
            session,
            lambda: _write(client, changes, touched),
            # Nobody says it again where it was done: a webhook that is stored twice counts as a duplicate.
            if_unknown=lambda: _debt.add(changes.keys()),
        )


def _write(client: Redis, changes: Mapping[UUID, list[Change]], touched: Collection[UUID]) -> None:
    """Write the changes. A failure loses nothing durable, so it is logged and never raised."""
    owed: set[UUID] = set()
    try:
        owed = _debt.take()
        # The reset comes first: a page then fetches the changes behind it, or gets their events.
        told = {account_id: [RESET] for account_id in owed}
        for account_id, items in changes.items():
            told[account_id] = told.get(account_id, []) + items
        append(client, told, touched)
    except Exception as error:  # what was committed stands
        _debt.add(owed | changes.keys())
        log.log(
            WARNING if isinstance(error, RedisError) else ERROR,
            "events_not_published",
            error=type(error).__name__,
            accounts=len(changes),
            changes=sum(map(len, changes.values())),
            exc_info=None if isinstance(error, RedisError) else error,
        )

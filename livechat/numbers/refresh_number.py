"""Refreshing a number: asking Meta about it every few hours and after news, and once for its app's chats."""

from collections.abc import Sequence
from typing import Any

import structlog

from livechat.accounts.pause import Caller, meta_call, resume_number
from livechat.accounts.queries import notices as queries
from livechat.accounts.queries.notices import RefreshClaim
from livechat.conversations.block import reconcile_blocks
from livechat.core.after_commit import enqueue
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.domain.text import storable
from livechat.live.publish import publish_numbers
from livechat.whatsapp.account.news import BLOCKED
from livechat.whatsapp.graph.account_calls import AccountCalls, NumberLife, SyncType
from livechat.whatsapp.graph.graph_errors import GraphError

log = structlog.get_logger(__name__)

REFRESH_EVERY_S = 3 * 3600.0
COEXISTENCE = "COEXISTENCE"
# Meta's error codes after which the app's chats are never asked for again: they were given already, it is too
# late, or the phone's owner has declined.
_SYNC_IS_OVER = frozenset({2593107, 2593108, 2593109})
_RESTRICTION = "restricted_customer_initiated_messaging"
_SYNCS: tuple[tuple[SyncType, str], ...] = (
    ("smb_app_state_sync", "app_contacts_asked_at"),
    ("history", "app_history_asked_at"),
)


def refresh_number(
    session: AnySession, graph: AccountCalls, encryption_keys: Sequence[str], phone_number_id: str
) -> bool:
    """Commits around the calls: ask Meta about a number that is due; True where it answered.

    For a number that is shared with the WhatsApp Business app, its address book and old chats are asked for,
    which Meta gives once and within 24 hours. Blocks that were made or lifted elsewhere are stored. Trouble
    with the access token pauses the number, as a send would.
    """
    claim = queries.claim_refresh(session, phone_number_id, REFRESH_EVERY_S)
    session.commit()
    if claim is None:
        return False
    caller = Caller(phone_number_id, claim.access_token_encrypted, claim.claimed_at)
    try:
        with meta_call(session, caller, encryption_keys) as token:
            life = graph.number_life(phone_number_id, token)
    except GraphError as error:
        log.warning("number_not_refreshed", phone_number_id=phone_number_id, code=error.code)
        return False
    if queries.save_facts(session, [phone_number_id], _facts(life)):
        publish_numbers(session, [phone_number_id])
    session.commit()
    reconcile_blocks(session, graph, caller, encryption_keys)
    if life.on_business_app and claim.is_new:
        _start_app_sync(session, graph, caller, encryption_keys, claim)
    return True


def _facts(life: NumberLife) -> dict[str, Any]:
    """The columns that Meta's answer sets. What it leaves out stays as it was."""
    said: dict[str, Any] = {
        "verified_name": life.verified_name,
        "quality_rating": life.quality_rating,
        # Fixed at 20 messages a second there, whatever level the number itself has (Meta, "Throughput").
        "throughput_level": COEXISTENCE if life.on_business_app else life.throughput_level,
        "messaging_limit": life.messaging_limit,
    }
    facts = {name: storable(value) for name, value in said.items() if value is not None}
    return facts | {"on_business_app": life.on_business_app}


def _start_app_sync(
    session: AnySession,
    graph: AccountCalls,
    caller: Caller,
    encryption_keys: Sequence[str],
    claim: RefreshClaim,
) -> None:
    """Commits after each call: ask for the app's address book and chats, which Meta gives once."""
    phone_number_id = caller.phone_number_id
    asked = {"history": claim.history_asked, "smb_app_state_sync": claim.contacts_asked}
    for what, column in _SYNCS:
        if asked[what]:
            continue
        try:
            with meta_call(session, caller, encryption_keys, as_account=True) as token:
                graph.sync_phone_app(phone_number_id, token, what)
        except GraphError as error:
            log.warning("app_sync_refused", phone_number_id=phone_number_id, what=what, code=error.code)
            if error.code not in _SYNC_IS_OVER:
                continue
        queries.note_app_sync(session, phone_number_id, column)
        session.commit()


def sweep_numbers(session: AnySession, limit: int) -> int:
    """Commits the resuming of numbers whose restriction is over, and enqueues those due; how many."""
    for number in queries.restrictions_over(session, _RESTRICTION, BLOCKED):
        resume_number(session, number)
    session.commit()
    due = queries.due_numbers(session, limit)
    session.rollback()
    for phone_number_id in due:
        enqueue(TaskName.REFRESH_NUMBER, phone_number_id=phone_number_id)
    return len(due)

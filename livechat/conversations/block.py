"""Blocking a customer at Meta and unblocking them, and their wish about marketing."""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy.orm import Session, scoped_session

from livechat.accounts.pause import Caller, meta_call
from livechat.conversations.queries.blocked import (
    access_token_of_number,
    database_time,
    reconcile_blocked,
    set_blocked,
    set_marketing_opt_out,
)
from livechat.conversations.queries.finding import lock_conversation
from livechat.core.errors import BlockRefusedError, NotFoundError, UnavailableError
from livechat.live.publish import publish
from livechat.models import Conversation
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError

log = structlog.get_logger(__name__)

# Sentences for error codes of Meta's block API.
_REASONS = {
    139100: "WhatsApp did not change this customer: only one who wrote within the last 24 hours can be "
    "blocked.",
    139101: "The number's list of blocked customers is full.",
    131047: "Only a customer who wrote within the last 24 hours can be blocked.",
}
# Errors of the block API that pass by themselves.
_PASSING = frozenset({139102, 139103})


class Graph(Protocol):
    """The Graph client's calls for blocking."""

    def block(self, phone_number_id: str, token: str, customer: str) -> None: ...
    def unblock(self, phone_number_id: str, token: str, customer: str) -> None: ...
    def blocked_users(self, phone_number_id: str, token: str) -> set[str]: ...


def set_customer_blocked(
    session: Session | scoped_session[Any],
    graph: Graph,
    encryption_keys: Sequence[str],
    conversation: Conversation,
    *,
    blocked: bool,
) -> Conversation:
    """Commits before the call: block or unblock the customer; the conversation as it is then.

    The caller has checked access, and commits what is noted after the call. Harmless to repeat. Raises
    BlockRefusedError, UnavailableError (nothing was changed, or that is not known) or NotFoundError (merged
    meanwhile).
    """
    conversation_id, number_id = conversation.id, conversation.phone_number_id
    who = f"+{conversation.customer_phone}" if conversation.customer_phone else conversation.customer_user_id
    if conversation.group_id is not None or who is None:
        raise BlockRefusedError("A group cannot be blocked.")
    caller = Caller(number_id, *access_token_of_number(session, number_id))
    try:
        with meta_call(session, caller, encryption_keys) as token:
            (graph.block if blocked else graph.unblock)(number_id, token, who)
    except GraphError as error:
        _refuse(number_id, error)
    return _note(session, conversation_id, blocked)


def note_marketing_opt_out(
    session: Session | scoped_session[Any], conversation_id: UUID, *, opted_out: bool
) -> Conversation:
    """Note whether the customer wants marketing; the conversation as it is then. The caller commits.

    Raises NotFoundError where it was merged meanwhile.
    """
    conversation = lock_conversation(session, conversation_id)
    if conversation is None:
        raise NotFoundError("There is no such conversation.")
    set_marketing_opt_out(session, conversation_id, opted_out=opted_out)
    session.refresh(conversation)
    publish(session, conversations=[conversation_id])
    return conversation


def reconcile_blocks(
    session: Session | scoped_session[Any], graph: Graph, caller: Caller, encryption_keys: Sequence[str]
) -> int:
    """Commits around the call: note blocks that were made or lifted elsewhere; how many there were.

    Where Meta refuses, nothing changes until the next time.
    """
    phone_number_id = caller.phone_number_id
    read_at = database_time(session)
    try:
        with meta_call(session, caller, encryption_keys, as_account=True) as token:
            listed = graph.blocked_users(phone_number_id, token)
    except GraphError as error:
        log.warning("blocks_not_read", phone_number_id=phone_number_id, code=error.code)
        return 0
    changed = reconcile_blocked(session, phone_number_id, listed, read_at)
    publish(session, conversations=changed)
    session.commit()
    if changed:
        log.info("blocks_reconciled", phone_number_id=phone_number_id, conversations=len(changed))
    return len(changed)


def _refuse(number_id: str, error: GraphError) -> None:
    log.info("block_refused", phone_number_id=number_id, code=error.code)
    if error.disposition is Disposition.PAUSE:
        raise UnavailableError(str(error.as_message_error()["detail"])) from error
    if error.code in _PASSING or error.disposition is not Disposition.REJECT:
        wait_s = error.retry_after_s
        raise UnavailableError(
            "WhatsApp could not be reached to change the list of blocked customers.",
            retry_after_s=max(1, round(wait_s)) if wait_s else 5,
        ) from error
    raise BlockRefusedError(_REASONS.get(error.code or 0, str(error.as_message_error()["detail"]))) from error


def _note(session: Session | scoped_session[Any], conversation_id: UUID, blocked: bool) -> Conversation:
    conversation = lock_conversation(session, conversation_id)
    if conversation is None:
        raise NotFoundError("There is no such conversation.")
    set_blocked(session, conversation_id, blocked)
    session.refresh(conversation)
    publish(session, conversations=[conversation_id])
    return conversation

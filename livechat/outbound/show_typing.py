"""Showing the customer that somebody writes an answer."""

import time
from datetime import datetime
from uuid import UUID

import structlog
from redis import Redis
from redis.exceptions import RedisError

from livechat.accounts.pause import Caller, meta_call
from livechat.core.after_commit import enqueue
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.domain.service_window import is_window_open
from livechat.models import Conversation
from livechat.outbound.delivery.deliver import Sender
from livechat.outbound.queries.receipts import newest_from_customer, record_receipt
from livechat.whatsapp.graph.graph_errors import GraphError

log = structlog.get_logger(__name__)

# Meta shows it for 25 s, so that it does not go out while an agent writes on.
EVERY_S = 20
# An older request is dropped: the agent may have stopped writing.
_STALE_S = 20.0


def say_typing(redis: Redis, conversation: Conversation, now: datetime) -> bool:
    """Send a task that shows the customer typing, at most every 20 s; True where a task was sent.

    Nothing happens outside the service window, for a blocked customer, in a group, or while Redis is away:
    typing is only a courtesy.
    """
    if conversation.is_blocked or conversation.group_id is not None:
        return False
    if not is_window_open(conversation.last_inbound_at, conversation.window_refused_at, now):
        return False
    try:
        if not redis.set(f"livechat:typing:{conversation.id}", 1, nx=True, ex=EVERY_S):
            return False
    except RedisError:
        return False
    return enqueue(TaskName.TYPING, conversation_id=str(conversation.id), asked_at=int(time.time()))


def send_typing(session: AnySession, sender: Sender, conversation_id: UUID, asked_at: float) -> bool:
    """Commits around the call: tell Meta, naming the customer's newest message; True where Meta took it.

    The same call marks that message and those before it as read (Meta, "Typing indicators"); that is noted,
    so that it is not reported twice. Refusals are logged: the next key stroke asks again.
    """
    if time.time() - asked_at > _STALE_S:
        return False
    newest = newest_from_customer(session, conversation_id)
    session.commit()
    if newest is None:
        return False
    caller = Caller(newest.phone_number_id, newest.access_token_encrypted, newest.read_at)
    try:
        with meta_call(session, caller, sender.encryption_keys) as token:
            sender.graph.mark_read(newest.phone_number_id, token, newest.wamid, typing=True)
    except GraphError as error:
        log.info("typing_not_told", conversation_id=str(conversation_id), code=error.code)
        return False
    record_receipt(session, conversation_id, newest.seq)
    session.commit()
    return True

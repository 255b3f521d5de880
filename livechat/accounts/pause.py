"""Pauses numbers: their messages wait, unsent, until someone has mended what Meta complains about.

Every complaint of Meta's, in an answer, a status or the news of an account, comes to ``learn`` with its time.
The newest one counts: a number that was resumed, or got a new token, is not stopped by an older complaint or
by one about an older send.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from livechat.accounts.crypto import UndecryptableTokenError, decrypt_token
from livechat.accounts.queries import pausing
from livechat.accounts.queries.pausing import TOKEN_UNREADABLE, Complaint
from livechat.core.after_commit import enqueue_after_commit
from livechat.core.metrics import PAUSES
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.live.publish import publish_numbers
from livechat.whatsapp.graph.error_codes import ACCOUNT_CODES, is_about_token
from livechat.whatsapp.graph.graph_errors import PAUSING_CODES, Disposition, GraphError, describe
from livechat.whatsapp.webhook.items import StatusUpdate

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """The number that makes a call, and its token, as read at ``began_at`` by the database's clock."""

    phone_number_id: str
    access_token_encrypted: str = field(repr=False)
    began_at: datetime


@contextmanager
def meta_call(
    session: AnySession,
    caller: Caller,
    encryption_keys: Sequence[str],
    *,
    as_account: bool = False,
) -> Iterator[str]:
    """Commits before calls to Meta, and after an error that stops the number; yields the token for the calls.

    No transaction is open during the calls. Raises what they raise, and a GraphError if the token cannot be
    decrypted; an error that pauses numbers does so first. ``as_account`` is for calls that sends do not
    depend on: only an error that concerns the whole account pauses numbers then.
    """
    session.commit()
    try:
        yield open_token(caller.access_token_encrypted, encryption_keys)
    except GraphError as error:
        if not as_account or error.code is None or error.code in ACCOUNT_CODES:
            learn_from_answer(session, error, caller)
            session.commit()
        raise


def open_token(access_token_encrypted: str, encryption_keys: Sequence[str]) -> str:
    """The token in plain text; raises GraphError if none of our keys decrypts it."""
    try:
        return decrypt_token(access_token_encrypted, encryption_keys)
    except UndecryptableTokenError:
        raise GraphError(
            None,
            TOKEN_UNREADABLE,
            "The access token was encrypted with a key that is gone. Connect the number again.",
            disposition=Disposition.PAUSE,
        ) from None


def learn_from_answer(session: AnySession, error: GraphError, caller: Caller) -> bool:
    """Pause the number that called, if Meta's answer says so; True if one was paused. The caller commits."""
    if error.disposition is not Disposition.PAUSE:
        return False
    complaint = Complaint(
        error.code,
        error.title,
        str(error.as_message_error()["detail"]),
        caller.began_at,
        token_used=caller.access_token_encrypted,
        sent_at=caller.began_at,
    )
    return learn(session, complaint, caller.phone_number_id)


def learn_from_status(session: AnySession, update: StatusUpdate) -> bool:
    """Pause the number that sent, if a failed status says so; True if one was paused. The caller commits."""
    number, code = update.source.phone_number_id, update.error_code
    if number is None or update.error is None or code not in PAUSING_CODES:
        return False
    sent_at = pausing.sent_at(session, update.wamid)
    if sent_at is None and is_about_token(code):
        # Another app sent the message, with a token that is not ours.
        return False
    complaint = Complaint(
        code, update.error["title"], update.error["detail"], update.timestamp, sent_at=sent_at
    )
    return learn(session, complaint, number)


def learn(session: AnySession, complaint: Complaint, phone_number_id: str, *, alone: bool = False) -> bool:
    """Pause a number, and its account's other numbers too if the code concerns them all.

    True if one was paused: it was running, and the complaint was no older than its last resumption and its
    token. The caller commits. ``alone``: Meta has named the numbers, so the others go on.
    """
    whole_account = not alone and complaint.code in ACCOUNT_CODES
    numbers = pausing.pause(session, phone_number_id, complaint, whole_account=whole_account)
    if numbers:
        publish_numbers(session, numbers)
    code = complaint.code
    for number in numbers:
        PAUSES.labels("none" if code is None else str(code)).inc()
        log.error("number_paused", phone_number_id=number, code=code, met_by=phone_number_id)
    return bool(numbers)


def pause_number(
    session: AnySession, phone_number_id: str, code: int | None, reason: str, *, title: str | None = None
) -> bool:
    """Pause a number now, because we say so; True if it was running. The caller commits."""
    said = title or str(describe(code, None, None)["title"])
    return learn(session, Complaint(code, said, reason, pausing.database_time(session)), phone_number_id)


def resume_number(session: AnySession, phone_number_id: str, *, at: datetime | None = None) -> bool:
    """Let a paused number send again; True if it was paused. After the caller's commit its messages go out.

    ``at`` is the time at which Meta said so: a younger pause stays.
    """
    return _resumed(session, pausing.resume(session, phone_number_id, at=at))


def resume_account(session: AnySession, account_id: UUID, code: int | None) -> bool:
    """The same for all numbers of an account that were paused with this code."""
    return _resumed(session, pausing.resume_of_account(session, account_id, code))


def _resumed(session: AnySession, numbers: list[str]) -> bool:
    if numbers:
        publish_numbers(session, numbers)
        enqueue_after_commit(session, TaskName.SWEEP_OUTBOUND)
    for number in numbers:
        log.info("number_resumed", phone_number_id=number)
    return bool(numbers)

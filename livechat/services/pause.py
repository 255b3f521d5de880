"""A number in trouble: its sends wait, untouched, until someone has mended what Meta complains about."""

from uuid import UUID

import structlog

from livechat.metrics import PAUSES
from livechat.outbox import enqueue_after_commit
from livechat.queries import pausing
from livechat.queries.session import AnySession
from livechat.services.publish import publish_numbers
from livechat.tasknames import TaskName
from livechat.whatsapp.error_codes import ACCOUNT_CODES

log = structlog.get_logger(__name__)


def pause_number(
    session: AnySession,
    phone_number_id: str,
    code: int | None,
    reason: str,
    *,
    title: str | None = None,
    token_used: str | None = None,
) -> bool:
    """Stop a number's sends, and those of its account's other numbers where ``code`` concerns them all.

    True when one was running; the caller commits. ``code`` is Meta's, None where the trouble is our own;
    ``title`` is Meta's word for it, ``reason`` a sentence for the people who run the number. ``token_used``
    is the ciphertext of the token that met the trouble: a number that was connected again with another token
    in the meantime goes on, since the complaint was about the old one.
    """
    numbers = pausing.pause(
        session,
        phone_number_id,
        whole_account=code in ACCOUNT_CODES,
        code=code,
        title=title,
        reason=reason,
        token_used=token_used,
    )
    if numbers:
        publish_numbers(session, numbers)
    for number in numbers:
        PAUSES.labels("none" if code is None else str(code)).inc()
        log.error("number_paused", phone_number_id=number, code=code, met_by=phone_number_id)
    return bool(numbers)


def resume_number(session: AnySession, phone_number_id: str) -> bool:
    """Let a paused number send again; what waits is swept up after the commit, which is the caller's."""
    return _resumed(session, pausing.resume(session, phone_number_id))


def resume_account(session: AnySession, account_id: UUID, code: int | None) -> bool:
    """The same for all numbers of an account that were paused for this reason."""
    return _resumed(session, pausing.resume_of_account(session, account_id, code))


def _resumed(session: AnySession, numbers: list[str]) -> bool:
    if numbers:
        publish_numbers(session, numbers)
        enqueue_after_commit(session, TaskName.SWEEP_OUTBOUND)
    for number in numbers:
        log.info("number_resumed", phone_number_id=number)
    return bool(numbers)

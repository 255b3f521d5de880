"""A number in trouble: its sends wait, untouched, until someone has mended what Meta complains about."""

import structlog
from sqlalchemy import func, select, update

from livechat.models import PhoneNumber, WabaAccount
from livechat.outbox import enqueue_after_commit
from livechat.queries.session import AnySession
from livechat.services.publish import publish_numbers
from livechat.tasknames import TaskName

log = structlog.get_logger(__name__)


def pause_number(
    session: AnySession,
    phone_number_id: str,
    code: int | None,
    reason: str,
    *,
    token_used: str | None = None,
) -> bool:
    """Stop a number's sends. True when it was running; the caller commits.

    ``code`` is Meta's, None where the trouble is our own; ``reason`` is a sentence for the people who run
    the number. ``token_used`` is the ciphertext of the token that met the trouble: a number that was
    connected again with another token in the meantime goes on, since the complaint was about the old one.
    """
    statement = update(PhoneNumber).where(
        PhoneNumber.phone_number_id == phone_number_id, PhoneNumber.status == "connected"
    )
    if token_used is not None:
        present = select(WabaAccount.access_token_encrypted).where(WabaAccount.id == PhoneNumber.account_id)
        statement = statement.where(present.scalar_subquery() == token_used)
    paused = session.execute(
        statement.values(
            status="paused", paused_at=func.clock_timestamp(), paused_code=code, paused_reason=reason
        ).returning(PhoneNumber.phone_number_id)
    ).first()
    if paused is not None:
        publish_numbers(session, [phone_number_id])
        log.error("number_paused", phone_number_id=phone_number_id, code=code)
    return paused is not None


def resume_number(session: AnySession, phone_number_id: str) -> bool:
    """Let a paused number send again; what waits is swept up after the commit, which is the caller's."""
    resumed = session.execute(
        update(PhoneNumber)
        .where(PhoneNumber.phone_number_id == phone_number_id, PhoneNumber.status == "paused")
        .values(status="connected", paused_at=None, paused_code=None, paused_reason=None)
        .returning(PhoneNumber.phone_number_id)
    ).first()
    if resumed is not None:
        publish_numbers(session, [phone_number_id])
        enqueue_after_commit(session, TaskName.SWEEP_OUTBOUND)
        log.info("number_resumed", phone_number_id=phone_number_id)
    return resumed is not None

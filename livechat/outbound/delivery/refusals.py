"""What a refusal of Meta's teaches beside the message that met it: a block, an opt-out, a stale template."""

from uuid import UUID

from livechat.conversations.queries.blocked import set_blocked, stop_marketing
from livechat.core.session import AnySession
from livechat.outbound.delivery.apply_status import CUSTOMER_BLOCKED, MARKETING_STOPPED
from livechat.templates.sync_templates import template_refused


def learn_from_refusal(
    session: AnySession, conversation_id: UUID, phone_number_id: str, code: int | None
) -> None:
    """Note it; the caller commits. A failed status teaches the same (``apply_status``)."""
    if code == CUSTOMER_BLOCKED:
        set_blocked(session, conversation_id, True)
    elif code == MARKETING_STOPPED:
        stop_marketing(session, conversation_id)
    else:
        template_refused(session, phone_number_id, code)

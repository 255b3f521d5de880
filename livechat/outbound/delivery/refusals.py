"""What Meta's refusal of one message says about later ones: a block, an opt-out, or a stale template."""

from uuid import UUID

from livechat.conversations.queries.blocked import set_blocked, stop_marketing
from livechat.core.session import AnySession
from livechat.outbound.delivery.apply_status import CUSTOMER_BLOCKED, MARKETING_STOPPED
from livechat.templates.sync_templates import template_refused


def learn_from_refusal(
    session: AnySession, conversation_id: UUID, phone_number_id: str, code: int | None
) -> None:
    """Note what this refusal says; the caller commits. ``apply_status`` does the same for failed statuses."""
    if code == CUSTOMER_BLOCKED:
        set_blocked(session, conversation_id, True)
    elif code == MARKETING_STOPPED:
        stop_marketing(session, conversation_id)
    else:
        template_refused(session, phone_number_id, code)

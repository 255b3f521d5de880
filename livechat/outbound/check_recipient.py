"""Whether a customer may be sent a template."""

from collections.abc import Sequence
from datetime import datetime

from livechat.accounts.queries import notices
from livechat.core.errors import MarketingStoppedError, MessagingRestrictedError, ValidationFailedError
from livechat.core.session import AnySession
from livechat.domain.service_window import is_window_open
from livechat.models import Conversation, PhoneNumber
from livechat.whatsapp.templates.definition import UTILITY, Template, is_marketing, needs_phone_number

_STARTS_RESTRICTED = "restricted_biz_initiated_messaging"
_UTILITY_RESTRICTED = "restricted_utility_templates"


def check_recipient(
    session: AnySession, number: PhoneNumber, conversation: Conversation, template: Template, now: datetime
) -> None:
    """Refuse a template that Meta would not let this customer have.

    Raises ValidationFailedError (131062), MarketingStoppedError (131050) or MessagingRestrictedError.
    """
    if needs_phone_number(template) and not conversation.customer_phone:
        raise ValidationFailedError(
            errors={
                "template.name": [
                    "An authentication template needs the customer's phone number; only a business-scoped id "
                    "is known."
                ]
            }
        )
    if is_marketing(template) and conversation.marketing_opt_out:
        raise MarketingStoppedError
    is_open = is_window_open(conversation.last_inbound_at, conversation.window_refused_at, now)
    codes: Sequence[str] = () if is_open else (_STARTS_RESTRICTED,)
    if template.category == UTILITY:
        codes = (*codes, _UTILITY_RESTRICTED)
    notice = notices.active_notice(session, number.phone_number_id, codes) if codes else None
    if notice is not None:
        raise MessagingRestrictedError(notice.detail)

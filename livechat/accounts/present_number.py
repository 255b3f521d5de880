"""A connected number as the API and the command line show it: docs/contract.md section 3."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from livechat.accounts.queries.notices import Notice
from livechat.domain.clock import rfc3339
from livechat.whatsapp.graph.error_codes import is_about_token

Json = dict[str, Any]


class ShownAccount(Protocol):
    """What is shown of an account, loaded or not."""

    @property
    def waba_id(self) -> str: ...
    @property
    def workspace_id(self) -> UUID | str: ...


class ShownNumber(Protocol):
    """What is shown of a number, loaded or not."""

    @property
    def phone_number_id(self) -> str: ...
    @property
    def display_phone_number(self) -> str: ...
    @property
    def verified_name(self) -> str | None: ...
    @property
    def status(self) -> str: ...
    @property
    def quality_rating(self) -> str | None: ...
    @property
    def throughput_level(self) -> str | None: ...
    @property
    def messaging_limit(self) -> str | None: ...
    @property
    def paused_code(self) -> int | None: ...
    @property
    def paused_title(self) -> str | None: ...
    @property
    def paused_reason(self) -> str | None: ...
    @property
    def paused_at(self) -> datetime | None: ...


def phone_number_json(
    number: ShownNumber, account: ShownAccount, *, unread_count: int, notices: Sequence[Notice] = ()
) -> Json:
    """A number as JSON; ``unread_count`` is the sum over the number's conversations.

    ``notices`` are those that stand now (``notices_of_numbers``); the notices that follow from the number's
    own row are added.
    """
    return {
        "phone_number_id": number.phone_number_id,
        "waba_id": account.waba_id,
        "workspace_id": str(account.workspace_id),
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "status": number.status,
        "paused_reason": _paused_reason(number),
        "quality_rating": number.quality_rating,
        "unread_count": unread_count,
        "throughput": number.throughput_level,
        "messaging_limit": number.messaging_limit,
        "notices": [*_own_notices(number), *(_notice_json(each) for each in notices)],
    }


def _own_notices(number: ShownNumber) -> list[Json]:
    shown = []
    if number.status == "paused":
        reason = number.paused_reason or "WhatsApp takes no messages of this number."
        shown.append(
            {
                "code": "paused",
                "severity": "critical",
                "title": "Sending is paused",
                "detail": f"{reason} Messages wait until this is settled.",
                "since": rfc3339(number.paused_at),
                "until": None,
            }
        )
    if number.quality_rating == "RED":
        shown.append(
            {
                "code": "quality_low",
                "severity": "warning",
                "title": "Low quality",
                "detail": "Customers block or report messages of this number: Meta may lower its limit.",
                "since": None,
                "until": None,
            }
        )
    return shown


def _notice_json(notice: Notice) -> Json:
    return {
        "code": notice.code,
        "severity": notice.severity,
        "title": notice.title,
        "detail": notice.detail,
        "since": rfc3339(notice.happened_at),
        "until": rfc3339(notice.until),
    }


def _paused_reason(number: ShownNumber) -> Json | None:
    if number.paused_at is None:
        return None
    return {
        "code": number.paused_code,
        "title": number.paused_title,
        "detail": number.paused_reason,
        "since": rfc3339(number.paused_at),
        "needs_token": is_about_token(number.paused_code),
    }

"""What news of an account, a number or a template mean: matters for the agents, facts, sends to stop.

Source: Meta's webhook reference of ``account_update``, ``account_alerts``, ``phone_number_quality_update``
and the fields beside them (read September 2026). Some of its own examples have a body under another field's
name, and some no field at all: the keys decide, the field only where they cannot.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from livechat.domain.phone import digits_or_none
from livechat.whatsapp.account_calls import messaging_limit
from livechat.whatsapp.errors import PAUSING_CODES
from livechat.whatsapp.reading import Json, error_of, id_or_none, items_of, label, moment_or_none, obj
from livechat.whatsapp.templates import language_code, reason_or_none

Severity = Literal["info", "warning", "critical"]

# News that tell of no end are shown for so long.
_SHOWN_FOR = timedelta(days=7)
# Meta's codes for the states that stop a number, so that a pause by webhook and by a refused send are one.
LOCKED, NOT_REGISTERED, NO_PERMISSION, GONE, BLOCKED = 131031, 133010, 200, 33, 368


@dataclass(frozen=True, slots=True)
class Notice:
    """A matter's newest word; ``severity`` None settles it. ``detail`` is one sentence for the agent."""

    code: str
    severity: Severity | None
    title: str = ""
    detail: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TemplateNews:
    """What a webhook says of one template; None where it says nothing. The list itself is read again."""

    meta_id: str | None
    name: str
    language: str
    status: str | None = None
    category: str | None = None
    quality: str | None = None
    rejected_reason: str | None = None


@dataclass(slots=True)
class News:
    """All that one value says. ``number`` names the number by id or digits, both None: the whole account.

    ``pause`` is (Meta's code, reason) and ``resume`` the codes of pauses that are over. ``facts`` are columns
    of the number. ``refresh`` asks for what Meta says of the number now.
    """

    waba_id: str | None = None
    phone_number_id: str | None = None
    digits: str | None = None
    notices: list[Notice] = field(default_factory=list)
    facts: Json = field(default_factory=dict)
    templates: list[TemplateNews] = field(default_factory=list)
    pause: tuple[int, str] | None = None
    resume: frozenset[int] = frozenset()
    refresh: bool = False


def read_news(
    field_name: str, value: Json, waba_id: str | None, phone_number_id: str | None, at: datetime
) -> News:
    """What a value of ``AccountNews`` means; nothing where it is not understood. Never raises."""
    news = News(
        waba_id=waba_id,
        phone_number_id=phone_number_id,
        digits=digits_or_none(value.get("display_phone_number")),
    )
    if value.get("message_template_id") is not None or label(value.get("message_template_name")):
        _template(news, value)
        return news
    for keys, read in _BY_KEYS:
        if any(key in value for key in keys):
            read(news, value, at)
            return news
    named = _BY_FIELD.get(field_name)
    if named is not None:
        named(news, value, at)
    return news


# Templates

_STATUS_OF_EVENT = {
    "REINSTATED": "APPROVED",
    "FLAGGED": "APPROVED",
    "UNPAUSE": "APPROVED",
    "LOCKED": "DISABLED",
}


def _template(news: News, value: Json) -> None:
    name, language = label(value.get("message_template_name")), value.get("message_template_language")
    code = language_code(language)
    if name is None or code is None:
        # The list is read again in any case; which template it was is not known.
        news.templates.append(TemplateNews(id_or_none(value.get("message_template_id")), "", ""))
        return
    event = (label(value.get("event")) or "").upper()
    category = label(value.get("message_template_category"))
    if "previous_category" in value:
        # An impending change names the present category as the new one: only a done one has the previous.
        category = label(value.get("new_category")) or category
    news.templates.append(
        TemplateNews(
            meta_id=id_or_none(value.get("message_template_id")),
            name=name,
            language=code,
            status=_STATUS_OF_EVENT.get(event, event) or None,
            category=category.upper() if category else None,
            quality=label(value.get("new_quality_score")),
            rejected_reason=reason_or_none(value.get("reason")),
        )
    )


# The account


def _account_update(news: News, value: Json, at: datetime) -> None:
    event = (label(value.get("event")) or "").upper()
    info = obj(value.get("waba_info"))
    if info:
        # These come under the id of a business portfolio.
        news.waba_id = id_or_none(info.get("waba_id")) or news.waba_id
    match event:
        case "ACCOUNT_RESTRICTION":
            _restrictions(news, value, at)
        case "ACCOUNT_VIOLATION":
            kind = _words(obj(value.get("violation_info")).get("violation_type"))
            news.notices.append(
                Notice(
                    "account_violation",
                    "warning",
                    "Policy violation",
                    f"Meta reports a violation of its policies{f': {kind}' if kind else ''}.",
                    at + _SHOWN_FOR,
                )
            )
        case "DISABLED_UPDATE":
            _ban(news, obj(value.get("ban_info")))
        case "ACCOUNT_DELETED":
            _stop(
                news, "account_deleted", "Account deleted", "The WhatsApp Business Account was deleted.", GONE
            )
        case "ACCOUNT_OFFBOARDED":
            _stop(
                news,
                "account_offboarded",
                "Disconnected",
                "The number is being moved to another phone: messages wait until WhatsApp connects it again.",
                NOT_REGISTERED,
            )
        case "ACCOUNT_RECONNECTED":
            news.notices.append(Notice("account_offboarded", None))
            news.resume = frozenset({NOT_REGISTERED})
        case "PARTNER_REMOVED" | "PARTNER_APP_UNINSTALLED":
            reason = _words(obj(value.get("disconnection_info")).get("reason"))
            _stop(
                news,
                "partner_removed",
                "Access withdrawn",
                "The business no longer shares this account with us"
                f"{f' ({reason})' if reason else ''}. Connect the number again.",
                NO_PERMISSION,
            )
        case "PARTNER_ADDED" | "PARTNER_APP_INSTALLED":
            news.notices.append(Notice("partner_removed", None))
            news.resume = frozenset({NO_PERMISSION})
        case _:
            return
    news.refresh = True


def _stop(news: News, code: str, title: str, detail: str, meta_code: int) -> None:
    news.notices.append(Notice(code, "critical", title, detail))
    news.pause = (meta_code, detail)


_RESTRICTIONS: dict[str, tuple[Severity, str]] = {
    "RESTRICTED_BIZ_INITIATED_MESSAGING": (
        "critical",
        "Meta lets this account start no conversations: only customers who wrote within 24 hours can be "
        "answered.",
    ),
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": (
        "critical",
        "Meta lets this account answer no customers.",
    ),
    "RESTRICTED_UTILITY_TEMPLATES": ("warning", "Meta lets this account send no utility templates."),
    "RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES": (
        "warning",
        "Meta lets this account send no utility templates directly.",
    ),
    "RESTRICTED_ADD_PHONE_NUMBER_ACTION": ("info", "Meta lets this account add no phone numbers."),
}


def _restrictions(news: News, value: Json, at: datetime) -> None:
    for item in map(obj, items_of(value.get("restriction_info"))):
        kind = (label(item.get("restriction_type")) or "").upper()
        if not kind:
            continue
        severity, detail = _RESTRICTIONS.get(kind, ("info", f"Meta has restricted: {_words(kind)}."))
        until = moment_or_none(item.get("expiration"))
        news.notices.append(Notice(kind.lower(), severity, "Restricted by Meta", detail, until))
        if kind == "RESTRICTED_CUSTOMER_INITIATED_MESSAGING" and (until is None or until > at):
            news.pause = (BLOCKED, detail)


def _ban(news: News, info: Json) -> None:
    state, date = (label(info.get("waba_ban_state")) or "").upper(), label(info.get("waba_ban_date"))
    match state:
        case "DISABLE":
            news.notices.append(Notice("account_disable_scheduled", None))
            _stop(news, "account_disabled", "Account disabled", "Meta has disabled this account.", LOCKED)
        case "SCHEDULE_FOR_DISABLE":
            on = f" on {date}" if date else " soon"
            news.notices.append(
                Notice(
                    "account_disable_scheduled",
                    "critical",
                    "Account will be disabled",
                    f"Meta is going to disable this account{on}.",
                )
            )
        case "REINSTATE":
            news.notices += [Notice("account_disabled", None), Notice("account_disable_scheduled", None)]
            news.resume = frozenset({LOCKED})


def _review(news: News, value: Json, at: datetime) -> None:
    decision = (label(value.get("decision")) or "").upper()
    if decision == "APPROVED":
        news.notices.append(Notice("account_review", None))
    elif decision == "REJECTED":
        news.notices.append(
            Notice("account_review", "critical", "Review failed", "Meta has not approved this account.")
        )
    elif decision:
        news.notices.append(
            Notice("account_review", "info", "Under review", "Meta is reviewing this account.")
        )


_SEVERITY: dict[str, Severity] = {"CRITICAL": "critical", "WARNING": "warning"}


def _alert(news: News, value: Json, at: datetime) -> None:
    alert = obj(value.get("alert_info")) or value
    kind = label(alert.get("alert_type"))
    if kind is None:
        return
    if (label(value.get("entity_type")) or "").upper() == "PHONE_NUMBER":
        news.phone_number_id = id_or_none(value.get("entity_id")) or news.phone_number_id
    is_active = (label(alert.get("alert_status")) or "ACTIVE").upper() == "ACTIVE"
    severity = _SEVERITY.get((label(alert.get("alert_severity")) or "").upper(), "info")
    news.notices.append(
        Notice(
            f"alert_{kind.lower()}",
            severity if is_active else None,
            "Alert from Meta",
            label(alert.get("alert_description")) or f"{_words(kind)}.",
            None if severity == "critical" else at + _SHOWN_FOR,
        )
    )


# The number


def _capability(news: News, value: Json, at: datetime) -> None:
    given = value.get("max_daily_conversations_per_business", value.get("max_daily_conversation_per_phone"))
    limit = messaging_limit(given)
    if limit is not None:
        news.facts["messaging_limit"] = limit


def _quality(news: News, value: Json, at: datetime) -> None:
    event = (label(value.get("event")) or "").upper()
    limit = messaging_limit(value.get("max_daily_conversations_per_business"))
    limit = limit or messaging_limit(value.get("current_limit"))
    if limit is not None:
        news.facts["messaging_limit"] = limit
    match event:
        case "THROUGHPUT_UPGRADE":
            news.facts["throughput_level"] = "HIGH"
        case "FLAGGED":
            news.notices.append(
                Notice(
                    "quality_flagged",
                    "warning",
                    "Quality flagged",
                    "Customers block or report messages of this number: its limit falls if that goes on.",
                    at + _SHOWN_FOR,
                )
            )
        case "UNFLAGGED":
            news.notices.append(Notice("quality_flagged", None))
        case "DOWNGRADE":
            news.notices.append(
                Notice(
                    "limit_lowered",
                    "warning",
                    "Limit lowered",
                    "Meta lets this business start fewer conversations a day than before.",
                    at + _SHOWN_FOR,
                )
            )
        case "UPGRADE":
            news.notices.append(Notice("limit_lowered", None))
    news.refresh = True


def _name(news: News, value: Json, at: datetime) -> None:
    name = label(value.get("requested_verified_name"))
    if (label(value.get("decision")) or "").upper() == "APPROVED":
        news.notices.append(Notice("name_rejected", None))
        if name is not None:
            news.facts["verified_name"] = name
    else:
        reason = _words(value.get("rejection_reason"))
        news.notices.append(
            Notice(
                "name_rejected",
                "warning",
                "Name not approved",
                f"Meta has not approved the display name{f' {name!r}' if name else ''}"
                f"{f' ({reason})' if reason else ''}.",
                at + _SHOWN_FOR,
            )
        )
    news.refresh = True


_SECURITY = {
    "PIN_CHANGED": ("warning", "The number's PIN for two-step verification was changed."),
    "PIN_RESET_REQUEST": ("critical", "Somebody has asked to turn off the number's two-step verification."),
    "PIN_RESET_SUCCESS": ("critical", "The number's two-step verification has been turned off."),
}


def _security(news: News, value: Json, at: datetime) -> None:
    event = (label(value.get("event")) or "").upper()
    severity, detail = _SECURITY.get(event, ("warning", f"{_words(event)}."))
    news.notices.append(
        Notice(f"security_{event.lower()}", severity, "Security", detail, at + _SHOWN_FOR)  # type: ignore[arg-type]  # the table's words
    )


def _username(news: News, value: Json, at: datetime) -> None:
    status, username = label(value.get("status")), label(value.get("username"))
    if status is not None:
        about = f" {username}" if username else ""
        news.notices.append(
            Notice(
                "business_username",
                "info",
                "Business username",
                f"The business username{about} is {status.lower()}.",
                at + _SHOWN_FOR,
            )
        )


_HISTORY_DECLINED = 2593109


def _errors(news: News, value: Json, at: datetime) -> None:
    """Errors that belong to no message: of the number, or of the import of the phone's chats."""
    error, code = error_of(value)
    if error is None:
        return
    if code in PAUSING_CODES and code is not None:
        news.pause = (code, str(error["detail"]))
        return
    is_refusal = code == _HISTORY_DECLINED
    news.notices.append(
        Notice(
            "history_declined" if is_refusal else f"error_{code or 'unknown'}",
            "info" if is_refusal else "warning",
            str(error["title"]),
            "The phone's owner does not share earlier chats." if is_refusal else str(error["detail"]),
            at + (_SHOWN_FOR if is_refusal else timedelta(hours=1)),
        )
    )


def _words(value: Any) -> str:
    """Meta's constant as words: PRIMARY_INACTIVITY, primary inactivity."""
    return (label(value) or "").replace("_", " ").lower()


_Read = Callable[[News, Json, datetime], None]
_BY_KEYS: tuple[tuple[tuple[str, ...], _Read], ...] = (
    (("restriction_info", "violation_info", "ban_info", "waba_info", "disconnection_info"), _account_update),
    (("alert_info",), _alert),
    (("requested_verified_name",), _name),
    (("current_limit",), _quality),
    (("max_phone_numbers_per_business", "max_phone_numbers_per_waba"), _capability),
    (("errors",), _errors),
)
_BY_FIELD: dict[str, _Read] = {
    "account_update": _account_update,
    "account_alerts": _alert,
    "account_review_update": _review,
    "business_capability_update": _capability,
    "business_username_updates": _username,
    "phone_number_name_update": _name,
    "phone_number_quality_update": _quality,
    "security": _security,
}

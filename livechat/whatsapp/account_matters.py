"""News of an account: restrictions, bans, reviews, alerts, and who may use it."""

from datetime import datetime

from livechat.whatsapp.news import (
    BLOCKED,
    GONE,
    LOCKED,
    NO_PERMISSION,
    NOT_REGISTERED,
    SHOWN_FOR,
    News,
    Notice,
    Severity,
    words_of,
)
from livechat.whatsapp.reading import Json, id_or_none, items_of, label, moment_or_none, obj


def read_account_update(news: News, value: Json, at: datetime) -> None:
    """``account_update``: restrictions, bans, violations, and whether the account is still ours to use."""
    event = (label(value.get("event")) or "").upper()
    info = obj(value.get("waba_info"))
    if info:
        # These come under the id of a business portfolio.
        news.waba_id = id_or_none(info.get("waba_id")) or news.waba_id
    match event:
        case "ACCOUNT_RESTRICTION":
            _restrictions(news, value, at)
        case "ACCOUNT_VIOLATION":
            kind = words_of(obj(value.get("violation_info")).get("violation_type"))
            news.notices.append(
                Notice(
                    "account_violation",
                    "warning",
                    "Policy violation",
                    f"Meta reports a violation of its policies{f': {kind}' if kind else ''}.",
                    at + SHOWN_FOR,
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
            reason = words_of(obj(value.get("disconnection_info")).get("reason"))
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
        severity, detail = _RESTRICTIONS.get(kind, ("info", f"Meta has restricted: {words_of(kind)}."))
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


def read_review(news: News, value: Json, at: datetime) -> None:
    """``account_review_update``."""
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


def read_alert(news: News, value: Json, at: datetime) -> None:
    """``account_alerts``, about the account or one of its numbers."""
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
            label(alert.get("alert_description")) or f"{words_of(kind)}.",
            None if severity == "critical" else at + SHOWN_FOR,
        )
    )

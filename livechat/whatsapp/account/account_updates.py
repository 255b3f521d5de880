"""News of an account: restrictions, bans, reviews, alerts, and who may use it."""

from datetime import datetime
from typing import Any

from livechat.whatsapp.account.news import (
    GONE,
    LOCKED,
    NO_PERMISSION,
    NOT_REGISTERED,
    SHOWN_FOR,
    GoOn,
    News,
    Notice,
    Severity,
    Stop,
    words_of,
)
from livechat.whatsapp.account.restrictions import read_restrictions
from livechat.whatsapp.reading import Json, id_or_none, label, obj


def read_account_update(news: News, value: Json, at: datetime) -> None:
    """``account_update``: restrictions, bans, violations, and whether the account is still ours to use."""
    event = (label(value.get("event")) or "").upper()
    info = obj(value.get("waba_info"))
    if info:
        # A webhook with ``waba_info`` comes under the id of a business portfolio.
        news.waba_id = id_or_none(info.get("waba_id")) or news.waba_id
    match event:
        case "ACCOUNT_RESTRICTION":
            read_restrictions(news, value, at)
        case "ACCOUNT_VIOLATION":
            _violation(news, words_of(_violation_of(value)), at)
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
            _go_on(news, "account_offboarded", NOT_REGISTERED)
        case "PARTNER_REMOVED" | "PARTNER_APP_UNINSTALLED":
            reason = words_of(obj(value.get("disconnection_info")).get("reason"))
            what = "number" if news.names_number else "account"
            _stop(
                news,
                "partner_removed",
                "Access withdrawn",
                f"The business no longer shares this {what} with us"
                f"{f' ({reason})' if reason else ''}. Connect the number again.",
                NO_PERMISSION,
            )
        case "PARTNER_ADDED" | "PARTNER_APP_INSTALLED":
            _go_on(news, "partner_removed", NO_PERMISSION)
        case _:
            return
    news.refresh = True


def _violation_of(value: Json) -> str:
    return label(obj(value.get("violation_info")).get("violation_type")) or ""


def _violation(news: News, kind: str, at: datetime) -> None:
    news.notices.append(
        Notice(
            "account_violation",
            "warning",
            "Policy violation",
            f"Meta reports a violation of its policies{f': {kind}' if kind else ''}.",
            at + SHOWN_FOR,
        )
    )


def _stop(news: News, notice_code: str, title: str, detail: str, meta_code: int) -> None:
    news.notices.append(Notice(notice_code, "critical", title, detail))
    news.pause = Stop(meta_code, title, detail, notice_code)


def _go_on(news: News, notice_code: str, meta_code: int) -> None:
    news.notices.append(Notice(notice_code, None))
    news.resume = GoOn(meta_code, notice_code)


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
            news.notices.append(Notice("account_disable_scheduled", None))
            _go_on(news, "account_disabled", LOCKED)


def read_review(news: News, value: Json, at: datetime) -> None:
    """``account_review_update``: whether Meta has approved the account."""
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
    _entity(news, (label(value.get("entity_type")) or "").upper(), value.get("entity_id"))
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


def _entity(news: News, kind: str, entity_id: Any) -> None:
    """Set whom an alert is about. A business is a portfolio, whose id leads to nothing here."""
    if kind in ("PHONE_NUMBER", "BUSINESS_PHONE_NUMBER"):
        news.names_number = True
        news.phone_number_id = id_or_none(entity_id) or news.phone_number_id
    elif kind in ("WABA", "WHATSAPP_BUSINESS_ACCOUNT"):
        news.waba_id = id_or_none(entity_id) or news.waba_id

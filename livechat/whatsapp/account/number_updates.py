"""News of a number: quality, limits, name, security."""

from datetime import datetime

from livechat.whatsapp.account.news import SHOWN_FOR, News, Notice, words_of
from livechat.whatsapp.graph.account_calls import messaging_limit
from livechat.whatsapp.reading import Json, label


def read_capability(news: News, value: Json, at: datetime) -> None:
    """``business_capability_update``: how many conversations a day the business may start."""
    given = value.get("max_daily_conversations_per_business", value.get("max_daily_conversation_per_phone"))
    limit = messaging_limit(given)
    if limit is not None:
        news.facts["messaging_limit"] = limit


def read_quality(news: News, value: Json, at: datetime) -> None:
    """``phone_number_quality_update``: limits, throughput, and warnings before a limit falls."""
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
                    at + SHOWN_FOR,
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
                    at + SHOWN_FOR,
                )
            )
        case "UPGRADE":
            news.notices.append(Notice("limit_lowered", None))
    news.refresh = True


def read_name(news: News, value: Json, at: datetime) -> None:
    """``phone_number_name_update``: whether Meta has approved a display name."""
    name = label(value.get("requested_verified_name"))
    if (label(value.get("decision")) or "").upper() == "APPROVED":
        news.notices.append(Notice("name_rejected", None))
        if name is not None:
            news.facts["verified_name"] = name
    else:
        reason = words_of(value.get("rejection_reason"))
        news.notices.append(
            Notice(
                "name_rejected",
                "warning",
                "Name not approved",
                f"Meta has not approved the display name{f' {name!r}' if name else ''}"
                f"{f' ({reason})' if reason else ''}.",
                at + SHOWN_FOR,
            )
        )
    news.refresh = True


_SECURITY = {
    "PIN_CHANGED": ("warning", "The number's PIN for two-step verification was changed."),
    "PIN_RESET_REQUEST": ("critical", "Somebody has asked to turn off the number's two-step verification."),
    "PIN_RESET_SUCCESS": ("critical", "The number's two-step verification has been turned off."),
}


def read_security(news: News, value: Json, at: datetime) -> None:
    """``security``: the PIN of two-step verification."""
    event = (label(value.get("event")) or "").upper()
    severity, detail = _SECURITY.get(event, ("warning", f"{words_of(event)}."))
    news.notices.append(
        Notice(f"security_{event.lower()}", severity, "Security", detail, at + SHOWN_FOR)  # type: ignore[arg-type]  # the table's words
    )


def read_username(news: News, value: Json, at: datetime) -> None:
    """``business_username_updates``: the state of the business username."""
    status, username = label(value.get("status")), label(value.get("username"))
    if status is not None:
        about = f" {username}" if username else ""
        news.notices.append(
            Notice(
                "business_username",
                "info",
                "Business username",
                f"The business username{about} is {status.lower()}.",
                at + SHOWN_FOR,
            )
        )

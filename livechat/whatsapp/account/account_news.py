"""What news of an account, a number or a template means: notices for agents, facts, sends to stop.

Source: Meta's webhook reference of ``account_update``, ``account_alerts``, ``phone_number_quality_update``
and the fields beside them (read September 2026). Some of its own examples have a body under another field's
name, and some no field at all: the keys decide, the field only where they cannot.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from livechat.domain.phone import digits_or_none
from livechat.whatsapp.account.account_updates import read_account_update, read_alert, read_review
from livechat.whatsapp.account.news import SHOWN_FOR, News, Notice, Stop, TemplateNews
from livechat.whatsapp.account.number_updates import (
    read_capability,
    read_name,
    read_quality,
    read_security,
    read_username,
)
from livechat.whatsapp.graph.graph_errors import PAUSING_CODES, describe_apart
from livechat.whatsapp.reading import Json, error_of, id_or_none, items_of, label
from livechat.whatsapp.templates.definition import language_code, reason_or_none


def read_news(
    field_name: str, value: Json, waba_id: str | None, phone_number_id: str | None, at: datetime
) -> News:
    """What a value of ``AccountNews`` means; nothing where it is not understood. Never raises."""
    # ``account_update`` has its number under ``phone_number``.
    written = value.get("display_phone_number") or value.get("phone_number")
    number_id = id_or_none(value.get("phone_number_id")) or phone_number_id
    news = News(
        waba_id=waba_id,
        phone_number_id=number_id,
        digits=digits_or_none(written),
        names_number=number_id is not None or written not in (None, ""),
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
        # An announced change names the present category as the new one. Only a done one has a previous one.
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


_HISTORY_DECLINED = 2593109


def _errors(news: News, value: Json, at: datetime) -> None:
    """Errors that belong to no message: of the number, or of the import of the phone's chats."""
    for given in items_of(value.get("errors")):
        error, code = error_of({"errors": [given]})
        if error is None:
            continue
        title = str(error["title"])
        if code in PAUSING_CODES and code is not None:
            news.pause = news.pause or Stop(code, title, str(error["detail"]))
            continue
        if code == _HISTORY_DECLINED:
            detail = "The phone's owner does not share earlier chats."
            news.notices.append(Notice("history_declined", "info", title, detail, at + SHOWN_FOR))
            continue
        notice_code, until = f"error_{code or 'unknown'}", at + timedelta(hours=1)
        news.notices.append(Notice(notice_code, "warning", title, describe_apart(code, title), until))


_Read = Callable[[News, Json, datetime], None]
_BY_KEYS: tuple[tuple[tuple[str, ...], _Read], ...] = (
    (
        ("restriction_info", "violation_info", "ban_info", "waba_info", "disconnection_info"),
        read_account_update,
    ),
    (("alert_info",), read_alert),
    (("requested_verified_name",), read_name),
    (("current_limit",), read_quality),
    (("max_phone_numbers_per_business", "max_phone_numbers_per_waba"), read_capability),
    (("errors",), _errors),
)
_BY_FIELD: dict[str, _Read] = {
    "account_update": read_account_update,
    "account_alerts": read_alert,
    "account_review_update": read_review,
    "business_capability_update": read_capability,
    "business_username_updates": read_username,
    "phone_number_name_update": read_name,
    "phone_number_quality_update": read_quality,
    "security": read_security,
}

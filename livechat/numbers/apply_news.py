"""Applying Meta's news about accounts, numbers and templates: notices, pauses and template statuses."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import structlog

from livechat.accounts.pause import learn, resume_number
from livechat.accounts.queries import notices as queries
from livechat.accounts.queries.notices import KnownNumber
from livechat.accounts.queries.pausing import Complaint
from livechat.core.after_commit import enqueue_after_commit
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.domain.text import storable
from livechat.live.publish import publish_numbers
from livechat.templates import queries as template_queries
from livechat.templates.sync_templates import request_sync
from livechat.whatsapp.account.account_news import read_news
from livechat.whatsapp.account.news import News, Notice, Stop, TemplateNews
from livechat.whatsapp.webhook.items import AccountNews

log = structlog.get_logger(__name__)

_LONGEST_CODE, _LONGEST_SENTENCE = 128, 1000
_FACT = "fact_"


def apply_account_news(session: AnySession, items: Sequence[tuple[AccountNews, datetime]]) -> None:
    """Apply what these values say, each with its time; the caller commits.

    Any order ends in the same state: of each notice, template status and pause the newest news stands.
    """
    for item, at in sorted(items, key=lambda pair: pair[1]):
        source = item.source
        news = read_news(source.field, item.value, source.waba_id, source.phone_number_id, at)
        if news.waba_id is None and news.phone_number_id is not None:
            news.waba_id = queries.waba_of_number(session, news.phone_number_id)
        if news.waba_id is None:
            continue
        _apply(session, news, news.waba_id, at)


def _apply(session: AnySession, news: News, waba_id: str, at: datetime) -> None:
    if news.templates:
        _apply_templates(session, waba_id, news.templates, at)
    if not (news.notices or news.facts or news.pause or news.resume or news.refresh):
        return
    known = queries.numbers_of_waba(session, waba_id)
    concerned = [number for number in known if not news.names_number or _is_named(news, number)]
    if news.names_number and not concerned:
        # The news is about a number of the account that nobody has connected.
        return
    ids = [number.phone_number_id for number in concerned]
    scope = ids[0] if news.names_number else ""
    # The time of a fact is kept in a row like that of a settled notice, which nobody is shown.
    facts = [Notice(_FACT + name, None) for name in news.facts]
    won = queries.save_notices(
        session, [_row(notice, waba_id, scope, at) for notice in (*news.notices, *facts)]
    )
    newest = {name: value for name, value in news.facts.items() if _FACT + name in won}
    if queries.save_facts(session, ids, newest) or won:
        publish_numbers(session, ids)
    _stop_or_go_on(session, news, waba_id, concerned, at)
    if news.refresh and ids:
        queries.want_refresh(session, ids)
        for number_id in ids:
            enqueue_after_commit(session, TaskName.REFRESH_NUMBER, phone_number_id=number_id)


def _stop_or_go_on(
    session: AnySession, news: News, waba_id: str, concerned: Sequence[KnownNumber], at: datetime
) -> None:
    """Pause or resume each number by the newest news, whether that named the number or the whole account."""
    for verdict in (news.resume, news.pause):
        if verdict is None:
            continue
        known_better: Collection[str] = ()
        if verdict.notice_code is not None:
            known_better = queries.told_later(session, waba_id, verdict.notice_code, at)
        for number in concerned:
            if "" in known_better or number.phone_number_id in known_better:
                continue
            if isinstance(verdict, Stop):
                complaint = Complaint(verdict.code, verdict.title, verdict.sentence, at)
                learn(session, complaint, number.phone_number_id, alone=True)
            elif number.paused_code == verdict.code:
                resume_number(session, number.phone_number_id, at=at)


def _is_named(news: News, number: KnownNumber) -> bool:
    if news.phone_number_id is not None:
        return number.phone_number_id == news.phone_number_id
    return news.digits is not None and number.display_digits == news.digits


def _row(notice: Notice, waba_id: str, phone_number_id: str, at: datetime) -> dict[str, Any]:
    return {
        "waba_id": waba_id,
        "phone_number_id": phone_number_id,
        # Parts of these are Meta's own words. They are cut, since the code is part of a key.
        "code": storable(notice.code)[:_LONGEST_CODE],
        "severity": notice.severity,
        "title": storable(notice.title)[:_LONGEST_SENTENCE],
        "detail": storable(notice.detail)[:_LONGEST_SENTENCE],
        "happened_at": at,
        "until": notice.until,
    }


def _apply_templates(
    session: AnySession, waba_id: str, templates: Sequence[TemplateNews], at: datetime
) -> None:
    """Keep what the news says of templates; their texts, which it tells in part only, are read again."""
    for news in templates:
        said: dict[str, str | None] = {
            "status": news.status,
            "category": news.category,
            "quality": news.quality,
            "rejected_reason": news.rejected_reason,
        }
        values: dict[str, str | None] = {name: value for name, value in said.items() if value is not None}
        if "status" in values:
            values["rejected_reason"] = news.rejected_reason
        if values:
            template_queries.apply_template_news(session, waba_id, news.name, news.language, at, values)
    request_sync(session, template_queries.accounts_of_waba(session, waba_id))

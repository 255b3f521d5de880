"""``ACCOUNT_RESTRICTION``: what an account may not do for a while, and that it may again.

Source: Meta's reference of ``account_update`` and "Integrity and content guidelines" of the Direct Send API
(read September 2026). A restriction ends at its ``expiration``, or by news whose ``violation_type`` says so
and which lists none.
"""

from datetime import datetime

from livechat.whatsapp.account.news import BLOCKED, SHOWN_FOR, GoOn, News, Notice, Severity, Stop, words_of
from livechat.whatsapp.reading import Json, items_of, label, moment_or_none, obj

_CUSTOMERS = "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"
_DIRECT_SEND = "RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES"
_UTILITY = "RESTRICTED_UTILITY_TEMPLATES"
_CALLING = (
    "RESTRICTED_BIZ_INITIATED_AND_USER_INITIATED_CALLING",
    "RESTRICTED_BIZ_INITIATED_CALLING",
    "RESTRICTED_BUSINESS_INITIATED_CALLING",
    "RESTRICTED_USER_INITIATED_CALLING",
    "RESTRICTED_USER_INITIATED_CALLING_CALL_BUTTON_HIDDEN",
)
_WORDS: dict[str, tuple[Severity, str]] = {
    "RESTRICTED_BIZ_INITIATED_MESSAGING": (
        "critical",
        "Meta has blocked this account from starting conversations: only customers who wrote within 24 "
        "hours can be answered.",
    ),
    _CUSTOMERS: ("critical", "Meta has blocked this account from replying to customers."),
    _UTILITY: ("warning", "Meta has blocked this account from sending utility templates."),
    _DIRECT_SEND: (
        "info",
        "Meta has blocked this account from Direct Send. Messages and templates sent from here are not "
        "concerned.",
    ),
    "RESTRICTED_ADD_PHONE_NUMBER_ACTION": (
        "info",
        "Meta has blocked this account from adding phone numbers.",
    ),
    **dict.fromkeys(_CALLING, ("info", "Meta has restricted calls with this account.")),
}
# Violation types with these endings lift the restrictions of their family.
_LIFTING = ("_UNBAN", "_UNBANNED", "_RECOVERY", "_RECOVERED", "_LIFTED", "_REINSTATE", "_REINSTATED")


def read_restrictions(news: News, value: Json, at: datetime) -> None:
    """Read what is restricted from now on, or no longer."""
    violation = (label(obj(value.get("violation_info")).get("violation_type")) or "").upper()
    listed = [obj(item) for item in items_of(value.get("restriction_info"))]
    if violation.endswith(_LIFTING):
        for kind in _family_of(violation):
            _lift(news, kind)
    elif not listed and violation:
        notice_code = "direct_send_warning" if _is_direct_send(violation) else "account_violation"
        detail = f"Meta warns of a violation of its policies: {words_of(violation)}."
        news.notices.append(Notice(notice_code, "warning", "Warning from Meta", detail, at + SHOWN_FOR))
    elif "restriction_info" in value and not listed:
        for kind in _WORDS:
            _lift(news, kind)
    for item in listed:
        _restrict(news, item, at)


def _restrict(news: News, item: Json, at: datetime) -> None:
    kind = (label(item.get("restriction_type")) or "").upper()
    if not kind:
        return
    until = moment_or_none(item.get("expiration"))
    if until is not None and until <= at:
        _lift(news, kind)
        return
    severity, detail = _WORDS.get(kind, ("info", f"Meta has restricted: {words_of(kind)}."))
    title = "Restricted by Meta"
    news.notices.append(Notice(kind.lower(), severity, title, detail, until))
    if kind == _CUSTOMERS:
        news.pause = Stop(BLOCKED, title, detail, kind.lower())


def _lift(news: News, kind: str) -> None:
    news.notices.append(Notice(kind.lower(), None))
    if kind == _CUSTOMERS:
        news.resume = GoOn(BLOCKED, kind.lower())


def _is_direct_send(violation: str) -> bool:
    return violation.startswith("DIRECT_SEND")


def _family_of(violation: str) -> list[str]:
    """The restrictions that violations of this name bring."""
    if _is_direct_send(violation):
        return [_DIRECT_SEND]
    if "CALL" in violation:
        return list(_CALLING)
    if "UTILITY" in violation:
        return [_UTILITY]
    return [kind for kind in _WORDS if kind not in (_DIRECT_SEND, _UTILITY, *_CALLING)]

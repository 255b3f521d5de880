"""A canned reply as it reads in one conversation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from livechat.canned.placeholders import OF_CUSTOMERS, asks_of_customers, filled
from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.domain.team.attributes import words_for
from livechat.models import CannedReply, Conversation, PhoneNumber, Workspace, WorkspaceMember
from livechat.people.find_person import known_of_customer

Json = dict[str, Any]


def render_canned(
    session: AnySession,
    canned: CannedReply,
    conversation: Conversation,
    number: PhoneNumber,
    workspace: Workspace,
    agent: WorkspaceMember,
    now: datetime | None = None,
    known: Mapping[str, Any] | None = None,
) -> Json:
    """``{text, content, unfilled}``: today is the day in the workspace's time zone, as 2026-11-29.

    What the workspace has written down of the customer is ``known``, or looked up where it is asked for.
    """
    name = _one_line(conversation.customer_name)
    day = (now or clock.now()).astimezone(ZoneInfo(workspace.time_zone)).date()
    if known is None and asks_of_customers([canned.body, canned.content]):
        known = known_of_customer(session, workspace.id, conversation)
    values = {f"{OF_CUSTOMERS}{key}": words_for(value) for key, value in (known or {}).items()} | {
        "contact.name": name,
        "contact.first_name": name.split(" ")[0] if name else None,
        "agent.name": _one_line(agent.name),
        "number.name": _one_line(number.verified_name),
        "today": day.isoformat(),
    }
    text, missing = filled(canned.body, values)
    content, missing_inside = filled(canned.content, values)
    return {"text": text, "content": content, "unfilled": list(dict.fromkeys(missing + missing_inside))}


def _one_line(name: str | None) -> str | None:
    return " ".join(name.split()) or None if name else None

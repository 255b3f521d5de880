"""A canned reply as it reads in one conversation."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from livechat.canned.placeholders import filled
from livechat.domain import clock
from livechat.models import CannedReply, Conversation, PhoneNumber, Workspace, WorkspaceMember

Json = dict[str, Any]


def render_canned(
    canned: CannedReply,
    conversation: Conversation,
    number: PhoneNumber,
    workspace: Workspace,
    agent: WorkspaceMember,
    now: datetime | None = None,
) -> Json:
    """``{text, content, unfilled}``: today is the day in the workspace's time zone, as 2026-11-29."""
    name = _one_line(conversation.customer_name)
    day = (now or clock.now()).astimezone(ZoneInfo(workspace.time_zone)).date()
    values = {
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

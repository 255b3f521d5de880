"""What was found as JSON: each hit with the conversation that it stands in."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from livechat.conversations.ornaments import conversations_json
from livechat.conversations.present import messages_json
from livechat.core.session import AnySession
from livechat.models import Conversation
from livechat.notes.present_note import notes_json
from livechat.search.search_everything import Hit, Results

Json = dict[str, Any]


def results_json(session: AnySession, results: Results, user_id: UUID) -> Json:
    """People, messages and notes as this user is shown them."""
    conversations = _conversations(session, results, user_id)
    messages = messages_json(session, [hit.id for hit in results.messages])
    notes = notes_json(session, [hit.id for hit in results.notes])
    return {
        "messages": _hits_json("message", results.messages, messages, conversations),
        "people": [conversations[each.id] for each in results.people],
        "notes": _hits_json("note", results.notes, notes, conversations),
    }


def _conversations(session: AnySession, results: Results, user_id: UUID) -> dict[UUID, Json]:
    known = {each.id: each for each in results.people}
    missing = {hit.conversation_id for hit in (*results.messages, *results.notes)} - known.keys()
    if missing:
        rows = session.scalars(select(Conversation).where(Conversation.id.in_(missing)))
        known.update({each.id: each for each in rows})
    shown = conversations_json(session, list(known.values()), user_id)
    return dict(zip(known, shown, strict=True))


def _hits_json(
    name: str, hits: list[Hit], shown: dict[UUID, Json], conversations: dict[UUID, Json]
) -> list[Json]:
    """What was deleted or merged away between the statements is left out."""
    return [
        {name: shown[hit.id], "conversation": conversations[hit.conversation_id], "spans": hit.spans}
        for hit in hits
        if hit.id in shown and hit.conversation_id in conversations
    ]

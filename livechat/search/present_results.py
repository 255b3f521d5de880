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
    """People, messages and notes as this user is shown them.

    What was deleted or merged away between the statements is left out.
    """
    hits = [*results.messages, *results.notes]
    rows = _conversations(session, {*results.people, *(hit.conversation_id for hit in hits)})
    last = [row.last_message_id for row in rows if row.last_message_id is not None]
    # Those that were found and those that conversations are shown with, in one statement.
    messages = messages_json(session, list({hit.id: None for hit in results.messages} | dict.fromkeys(last)))
    shown = conversations_json(session, rows, user_id, messages)
    conversations = {row.id: each for row, each in zip(rows, shown, strict=True)}
    notes = notes_json(session, [hit.id for hit in results.notes])
    return {
        "messages": _hits_json("message", results.messages, messages, conversations),
        "people": [conversations[each] for each in results.people if each in conversations],
        "notes": _hits_json("note", results.notes, notes, conversations),
    }


def _conversations(session: AnySession, ids: set[UUID]) -> list[Conversation]:
    if not ids:
        return []
    return list(session.scalars(select(Conversation).where(Conversation.id.in_(ids))))


def _hits_json(
    name: str, hits: list[Hit], shown: dict[UUID, Json], conversations: dict[UUID, Json]
) -> list[Json]:
    return [
        {name: shown[hit.id], "conversation": conversations[hit.conversation_id], "spans": hit.spans}
        for hit in hits
        if hit.id in shown and hit.conversation_id in conversations
    ]

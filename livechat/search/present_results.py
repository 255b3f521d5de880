"""What was found as JSON: each hit with the conversation that it stands in."""

from typing import Any
from uuid import UUID

from livechat.conversations.ornaments import conversations_by_id
from livechat.conversations.present import messages_json
from livechat.core.session import AnySession
from livechat.notes.present_note import notes_json
from livechat.search.search_everything import Hit, Results

Json = dict[str, Any]


def results_json(session: AnySession, results: Results, user_id: UUID) -> Json:
    """People, messages and notes as this user is shown them.

    What was deleted or merged away between the statements is left out.
    """
    hits = [*results.messages, *results.notes]
    ids = {*results.people, *(hit.conversation_id for hit in hits)}
    conversations = conversations_by_id(session, list(ids), user_id)
    messages = messages_json(session, [hit.id for hit in results.messages])
    notes = notes_json(session, [hit.id for hit in results.notes])
    return {
        "messages": _hits_json("message", results.messages, messages, conversations),
        "people": [conversations[each] for each in results.people if each in conversations],
        "notes": _hits_json("note", results.notes, notes, conversations),
    }


def _hits_json(
    name: str, hits: list[Hit], shown: dict[UUID, Json], conversations: dict[UUID, Json]
) -> list[Json]:
    return [
        {name: shown[hit.id], "conversation": conversations[hit.conversation_id], "spans": hit.spans}
        for hit in hits
        if hit.id in shown and hit.conversation_id in conversations
    ]

"""Edits and deletions of messages: each is kept, and the message shows its sender's newest one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from livechat.core.session import AnySession
from livechat.inbound.queries import ingest as queries
from livechat.inbound.storing.batch import BatchResult
from livechat.inbound.storing.locating import Located
from livechat.whatsapp.searched_text import words_of
from livechat.whatsapp.webhook.items import MessageChange


def store_changes(session: AnySession, located: Sequence[Located], result: BatchResult) -> None:
    """Keep the new edits and deletions, and apply those whose message is here."""
    changes = [(entry, item) for entry, item, _ in located if isinstance(item, MessageChange)]
    if not changes:
        return
    new = queries.insert_changes(
        session,
        [
            {
                "event_wamid": item.event_wamid,
                "target_wamid": item.target_wamid,
                "phone_number_id": item.source.phone_number_id,
                "kind": item.kind,
                "timestamp": item.timestamp,
                "message_type": item.message_type,
                "text": item.text,
                "content": item.content,
            }
            for _, item in changes
        ],
    )
    for entry, item in changes:
        if item.event_wamid in new:
            new.discard(item.event_wamid)
            entry.stored()
        else:
            entry.duplicate()
    apply_changes(session, [item.target_wamid for _, item in changes], result)


def apply_changes(session: AnySession, wamids: list[str], result: BatchResult) -> None:
    """Apply waiting edits and deletions of these messages; what each replaced is kept with it."""
    shown: dict[UUID, dict[str, Any]] = {}
    for change in queries.unapplied_changes(session, wamids):
        message = shown.setdefault(
            change.id,
            {"message_type": change.was_type, "text": change.was_text, "content": change.was_content},
        )
        queries.mark_change_applied(session, change.event_wamid, dict(message))
        if not _outdated(message["content"], change.timestamp.isoformat()):
            message.update(_changed(message, change))
    for message_id, message in shown.items():
        queries.apply_change(
            session, message_id, message["message_type"], message["text"], message["content"]
        )
    if shown:
        queries.find_by(
            session, {id_: words_of(message["text"], message["content"]) for id_, message in shown.items()}
        )
    result.updated_messages |= queries.ids_by_wamid(session, wamids) if shown else {}


def _outdated(content: dict[str, Any], at: str) -> bool:
    """Whether a change of that time is to be ignored: a deletion is final, and a newer edit stands."""
    return "revoked_at" in content or content.get("edited_at", "") > at


def _changed(message: dict[str, Any], change: Any) -> dict[str, Any]:
    at = change.timestamp.isoformat()
    if change.kind == "revoke":
        return {"text": None, "content": {"revoked_at": at}}
    # An edit carries the new text or caption only; the file, the quote and the referral stay.
    content = {**message["content"], "edited_at": at}
    for name, part in (change.content or {}).items():
        was = content.get(name)
        content[name] = {**was, **part} if isinstance(was, dict) and isinstance(part, dict) else part
    return {
        "message_type": change.message_type or message["message_type"],
        "text": change.text,
        "content": content,
    }

"""Messages and notes whose words are not known yet: an index has them alone."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from livechat.core.session import AnySession, as_json
from livechat.models import Message, Note
from livechat.notes.queries import named_in_note

_NOBODY_ELSE = text("SELECT pg_try_advisory_xact_lock(hashtext('livechat fill words'))")


def is_only_one(session: AnySession) -> bool:
    """Whether nobody else is at it, as long as the transaction lasts."""
    return bool(session.scalar(_NOBODY_ELSE))


def wordless_messages(session: AnySession, below: int, limit: int) -> Sequence[Any]:
    """(id, seq, text, content) of the newest with a ``seq`` below, locked. None is waited for."""
    return session.execute(
        select(Message.id, Message.seq, Message.text, Message.content)
        .where(Message.search.is_(None), Message.seq < below)
        .order_by(Message.seq.desc())
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def wordless_notes(session: AnySession, below: UUID, limit: int) -> Sequence[Any]:
    """(id, body, named) of those with an id below, the highest first, locked in the same way."""
    return session.execute(
        select(Note.id, Note.body, named_in_note().label("named"))
        .where(Note.search.is_(None), Note.id < below)
        .order_by(Note.id.desc())
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def write_words(session: AnySession, model: type[Message] | type[Note], words: dict[UUID, list[str]]) -> None:
    """Let these rows be found by these words."""
    rows = [{"id": id_, "words": " ".join(each)} for id_, each in words.items()]
    session.execute(_WRITE[model.__tablename__], {"rows": as_json(rows)})


_WRITE = {
    table: text(
        f"UPDATE {table} t SET search = array_to_tsvector(string_to_array(r.words, ' ')) "  # noqa: S608
        "FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id uuid, words text) WHERE t.id = r.id"
    )
    for table in (Message.__tablename__, Note.__tablename__)
}

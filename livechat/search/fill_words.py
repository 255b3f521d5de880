"""Finding the words of what is stored without: of older messages, and of what the previous release stores."""

import time
from uuid import UUID

from livechat.core.session import AnySession
from livechat.domain.words.mentions import without_mentions
from livechat.domain.words.tokens import tokens
from livechat.models import Message, Note
from livechat.search.queries.wordless import is_only_one, wordless_messages, wordless_notes, write_words
from livechat.whatsapp.searched_text import words_of

# A status of one of these messages waits as long as a step takes.
STEP = 500
# Beat asks again soon after: other tasks have their turn between two.
TURN_S = 2.0
_ABOVE_ALL, _NEWEST = UUID(int=2**128 - 1), 2**63 - 1


def fill_words(session: AnySession) -> int:
    """Commits each step: gives words to rows without, the newest first, until the turn is over.

    Returns how many. Interrupted anywhere, it goes on with what is left.
    """
    until = time.monotonic() + TURN_S
    filled, seq, note_id = 0, _NEWEST, _ABOVE_ALL
    while is_only_one(session):
        messages = wordless_messages(session, seq, STEP)
        notes = wordless_notes(session, note_id, STEP)
        if messages:
            # Behind those that somebody holds: they are found in the next turn.
            seq = messages[-1].seq
            write_words(session, Message, {row.id: words_of(row.text, row.content) for row in messages})
        if notes:
            note_id = notes[-1].id
            write_words(
                session,
                Note,
                {row.id: tokens(without_mentions(row.body or "", row.named or ())) for row in notes},
            )
        session.commit()
        filled += len(messages) + len(notes)
        if time.monotonic() > until or not (messages or notes):
            break
    return filled

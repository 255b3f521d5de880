"""Keeping what an agent is writing, for their other devices. Nobody else is shown it."""

from uuid import UUID

from livechat.accounts.access import parse_id
from livechat.conversations.queries.conversation_list import seq_of
from livechat.conversations.queries.drafts import delete_draft, put_draft
from livechat.conversations.queries.finding import hold_conversation
from livechat.core.errors import NotFoundError
from livechat.core.session import AnySession
from livechat.live.publish import publish
from livechat.models import Conversation


def save_draft(
    session: AnySession, user_id: UUID, conversation: Conversation, *, text: str, reply_to: str | None
) -> None:
    """Store the draft, or delete it where there is no text. The caller has checked access, and commits.

    Raises NotFoundError where ``reply_to`` is no message of this conversation, or it was merged just now.
    """
    # Before the draft: a merge has the conversation, and then moves drafts to the place of this one.
    if not hold_conversation(session, conversation.id):
        raise NotFoundError("There is no such conversation.")
    quoted = None
    if reply_to is not None:
        quoted = parse_id(reply_to, "message in this conversation")
        if seq_of(session, conversation.id, quoted) is None:
            raise NotFoundError("There is no such message in this conversation.")
    if text.strip() == "":
        delete_draft(session, user_id, conversation.id)
    else:
        put_draft(session, user_id, conversation.id, text=text, reply_to=quoted)
    session.expire_all()
    publish(session, conversations=[conversation.id])

"""A member's conversations are handed on: to a colleague who is named, else to their team, else to nobody."""

from livechat.conversations.write_changes import Changed, write_changes
from livechat.core.session import AnySession
from livechat.models import WorkspaceMember
from livechat.team.queries.handing import hand_on, lock_conversations_of


def hand_back(
    session: AnySession,
    member: WorkspaceMember,
    by: WorkspaceMember,
    to: WorkspaceMember | None = None,
    *,
    unseen: bool = False,
) -> None:
    """Hand the open and snoozed ones on, each with its change; ``unseen``: on numbers not the member's alone.

    The rows of both members are locked by the caller, before this locks conversations. So whoever assigns to
    the member at this moment has committed, and is handed back here, or comes later, and finds them gone.
    What is resolved keeps the name of who resolved it, and is nobody's once it opens.
    """
    # A merge hands an assignee on without holding them: what that has moved meanwhile a second look finds.
    while found := lock_conversations_of(session, member, unseen=unseen):
        taken = hand_on(session, found, to)
        changed = [
            Changed(conversation_id, "assignee", member.user_id, taker)
            for conversation_id, taker in sorted(taken.items())
        ]
        write_changes(session, by.user_id, changed, cause="member_removed")

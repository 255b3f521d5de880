"""A member's conversations are handed on: to a colleague who is named, else to their team, else to nobody."""

from livechat.core.session import AnySession
from livechat.live.publish import publish
from livechat.models import WorkspaceMember
from livechat.team.queries.handing import hand_on, lock_conversations_of


def hand_back(
    session: AnySession, member: WorkspaceMember, to: WorkspaceMember | None = None, *, unseen: bool = False
) -> int:
    """How many were handed on; ``unseen``: only those on numbers that the member does not see (any more).

    The rows of both members are locked by the caller, before this locks conversations. So whoever assigns to
    the member at this moment has committed, and is handed back here, or comes later, and finds them gone.
    """
    found = lock_conversations_of(session, member, unseen=unseen)
    if found:
        hand_on(session, found, to)
        publish(session, conversations=found)
    return len(found)

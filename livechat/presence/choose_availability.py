"""A member chooses whether they are available; away and off end by themselves where they have an end."""

from datetime import datetime
from uuid import UUID

from livechat.core.errors import ValidationFailedError
from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.models import AvailabilityChange, WorkspaceMember
from livechat.presence.availability import Availability, Choice
from livechat.presence.queries import lock_ended, lock_member
from livechat.presence.tell import choice_of


def choose_availability(session: AnySession, member: WorkspaceMember, choice: Choice) -> bool:
    """Write the choice, and down that it was made; False where it holds already.

    The caller commits and tells. Raises ValidationFailedError where its end is past.
    """
    now = clock.now()
    if choice.until is not None and choice.until <= now:
        raise ValidationFailedError(errors={"until": ["Give a time to come."]})
    lock_member(session, member)
    if choice_of(member) == choice:
        return False
    _write(session, member, choice, now, "user")
    return True


def end_availability(session: AnySession) -> set[UUID]:
    """Write down whose choice has ended by the clock; these users. The caller commits and tells.

    It held no longer from that moment on, whoever writes it down when.
    """
    ended = lock_ended(session, clock.now())
    for member in ended:
        at = member.available_again_at
        if at is not None:
            _write(session, member, Choice(Availability.AVAILABLE, None), at, "until")
    return {member.user_id for member in ended}


def _write(session: AnySession, member: WorkspaceMember, choice: Choice, at: datetime, cause: str) -> None:
    member.availability, member.available_again_at = choice.chosen.value, choice.until
    session.add(
        AvailabilityChange(
            workspace_id=member.workspace_id,
            user_id=member.user_id,
            at=at,
            availability=choice.chosen.value,
            until=choice.until,
            cause=cause,
        )
    )
    session.flush()

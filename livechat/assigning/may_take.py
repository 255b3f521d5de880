"""Who may take a conversation now, as far as being there is concerned."""

from collections.abc import Iterable
from uuid import UUID

from redis import Redis

from livechat.domain import clock
from livechat.models import WorkspaceMember
from livechat.presence.availability import Availability, Presence
from livechat.presence.tell import choice_of, seen_now


def who_is_available(redis: Redis, members: Iterable[WorkspaceMember]) -> dict[UUID, bool]:
    """{user: whether they are there too} of those who have chosen to be available.

    Of nobody anything is seen while Redis is away: then nobody is there.
    """
    now = clock.now()
    choices = {each.user_id: choice_of(each).at(now) for each in members}
    chosen = [user for user, choice in choices.items() if choice.chosen is Availability.AVAILABLE]
    seen = seen_now(redis, chosen)
    return {user: choices[user].may_receive(seen.get(user, Presence.ABSENT), now) for user in chosen}

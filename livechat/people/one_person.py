"""Which conversations of a workspace are one person's. To show two as one is worse than one as two."""

from uuid import UUID

from livechat.core.session import AnySession
from livechat.domain.phone import phone_key, writings
from livechat.models import Conversation
from livechat.people.queries import Candidate, candidates


def conversations_of_person(
    session: AnySession, workspace_id: UUID, conversation: Conversation
) -> list[Candidate]:
    """This conversation and all others of its customer, whether or not anything was written down of them.

    What one of them knows of the customer's ids leads to further ones.
    """
    phones = _written({conversation.customer_phone})
    user_ids = {each for each in (conversation.customer_user_id,) if each is not None}
    people: set[UUID] = set()
    while True:
        found = candidates(
            session, workspace_id, conversation.id, phones=phones, user_ids=user_ids, people=people
        )
        one = belonging(found, conversation.id)
        more_phones = _written({each.customer_phone for each in one})
        more_ids = {each.customer_user_id for each in one if each.customer_user_id is not None}
        more_people = {each.person_id for each in one if each.person_id is not None}
        if more_phones <= phones and more_ids <= user_ids and more_people <= people:
            return one
        phones, user_ids, people = phones | more_phones, user_ids | more_ids, people | more_people


def belonging(found: list[Candidate], conversation_id: UUID) -> list[Candidate]:
    """Those of ``found`` that are the same person's as this one."""
    one = [each for each in found if each.id == conversation_id]
    rest = [each for each in found if each.id != conversation_id]
    while joined := next((each for each in rest if _belongs(each, one)), None):
        one.append(joined)
        rest.remove(joined)
    return sorted(one, key=lambda each: each.id)


def _belongs(new: Candidate, one: list[Candidate]) -> bool:
    if any(_is_known(new, each) for each in one):
        return True
    # By the number alone, where nothing tells them apart.
    return any(_share_number(new, each) for each in one) and not any(_differ(new, each) for each in one)


def _is_known(new: Candidate, other: Candidate) -> bool:
    """Somebody wrote down that they are one, or they have one business-scoped id."""
    is_same_person = new.person_id is not None and new.person_id == other.person_id
    has_same_id = new.customer_user_id is not None and new.customer_user_id == other.customer_user_id
    return is_same_person or has_same_id


def _differ(new: Candidate, other: Candidate) -> bool:
    """Within an account a person has one business-scoped id."""
    return (
        new.account_id == other.account_id
        and None not in (new.customer_user_id, other.customer_user_id)
        and new.customer_user_id != other.customer_user_id
    )


def _share_number(new: Candidate, other: Candidate) -> bool:
    """One number, in whichever writings, which was not somebody else's when one of the two began."""
    if new.customer_phone is None or other.customer_phone is None:
        return False
    if phone_key(new.customer_phone) != phone_key(other.customer_phone):
        return False
    left = max(
        (each for each in (new.number_left_at, other.number_left_at) if each is not None), default=None
    )
    return left is None or (new.began_at < left) == (other.began_at < left)


def _written(phones: set[str | None]) -> set[str]:
    return {written for phone in phones if phone is not None for written in writings(phone)}

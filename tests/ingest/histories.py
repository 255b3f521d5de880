"""Random histories of a few people who write, change their numbers and get each other's, as Meta tells them."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.ingest.conftest import envelope, make_text_body

START = 1_795_341_600
PHONES = ("16505550001", "16505550002", "16505550003")


@dataclass
class Told:
    """A webhook: what it says, when it happened, and in whose name. ``who`` None: it holds no words."""

    at: int
    body: dict[str, Any]
    wamid: str
    who: int | None


@dataclass
class _World:
    """Who has which number; each person has a new business-scoped id with each number."""

    with_ids: bool
    phone_of: dict[int, int] = field(default_factory=dict)
    number_of_ids: dict[int, int] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    def user_id(self, person: int) -> str | None:
        return f"US.{person}x{self.number_of_ids.get(person, 0)}" if self.with_ids else None

    def writes(self, person: int, is_shown: bool) -> None:
        if person not in self.phone_of and not self.with_ids:
            return
        at, wamid = START + len(self.told) * 60, f"wamid.{len(self.told)}"
        phone = PHONES[self.phone_of[person]] if person in self.phone_of else None
        hidden = self.with_ids and not is_shown
        body = make_text_body(
            wamid,
            phone=None if hidden else phone,
            user_id=self.user_id(person),
            timestamp=at,
            body=f"by {person}",
            name=None,
        )
        self.told.append(Told(at, body, wamid, person))

    def moves(self, person: int, to: int, is_announced: bool) -> None:
        if self.phone_of.get(person) == to or not (self.with_ids or person in self.phone_of):
            # Without ids and unannounced, nobody could know who writes from the number.
            return
        old, old_id = self.phone_of.pop(person, None), self.user_id(person)
        for other in [other for other, phone in self.phone_of.items() if phone == to]:
            del self.phone_of[other]
        self.phone_of[person] = to
        self.number_of_ids[person] = self.number_of_ids.get(person, 0) + 1
        if old is None or not (is_announced or not self.with_ids):
            return
        at, wamid = START + len(self.told) * 60, f"wamid.{len(self.told)}"
        system: dict[str, Any] = {"type": "user_changed_number", "wa_id": PHONES[to]}
        if self.with_ids:
            system |= {"user_id": self.user_id(person), "previous_user_id": old_id}
        message = {"from": PHONES[old], "id": wamid, "timestamp": str(at), "type": "system", "system": system}
        self.told.append(Told(at, envelope({"messages": [message]}), wamid, None))


@st.composite
def histories(draw: st.DrawFn) -> list[Told]:
    """What is told of two or three people, in an order in which it may arrive.

    With business-scoped ids in any order, and twice. Without them a number is all there is, so that no
    message can be told before the changes that came before it: late it may be.
    """
    world = _World(with_ids=draw(st.booleans()))
    people = draw(st.integers(2, 3))
    for person in range(people):
        world.phone_of[person] = person
    for _ in range(draw(st.integers(3, 9))):
        person = draw(st.integers(0, people - 1))
        if draw(st.integers(0, 2)):
            world.writes(person, draw(st.booleans()))
        else:
            world.moves(person, draw(st.integers(0, len(PHONES) - 1)), draw(st.booleans()))
    again = draw(st.lists(st.sampled_from(world.told), max_size=2)) if world.told else []
    if world.with_ids:
        return draw(st.permutations([*world.told, *again]))
    late = {each.wamid: draw(st.integers(0, 4)) for each in world.told if each.who is not None}
    order = sorted(
        range(len(world.told)),
        key=lambda place: (place + late.get(world.told[place].wamid, 0), place),
    )
    return [*(world.told[place] for place in order), *again]

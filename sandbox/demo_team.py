"""The demo's people: four members of one workspace, so that a team can be tried by one person alone."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from sandbox.errors import ControlError


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in to the demo. `role` is what the first start invites them as."""

    key: str
    user_id: str
    email: str
    name: str
    role: str


# Ada is who the demo user always was, by id and address: data folders of earlier releases are hers.
ADA = Person("ada", "7f3f6a1e-54c8-4f5b-9d53-0d4c2a1b9e10", "demo@example.com", "Ada", "owner")
COLLEAGUES = (
    Person("ben", "b2d40c77-1f0b-4c59-8a86-6a2f9e5d7c21", "ben@example.com", "Ben", "agent"),
    Person("chika", "c91e5a03-7d64-4e0f-9b3a-45f1d8027e32", "chika@example.com", "Chika", "agent"),
    Person("dora", "d06b83f9-2a5e-4d17-8c40-91e7b6f35a43", "dora@example.com", "Dora", "viewer"),
)
_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,189}")
TEAM = {person.key: person for person in (ADA, *COLLEAGUES)}


def person_called(key: str) -> Person:
    """One of the four, or whoever has this e-mail address: invitations may go to any. Raises ControlError."""
    found = TEAM.get(key) or next((person for person in TEAM.values() if person.email == key.lower()), None)
    if found is None and _ADDRESS.fullmatch(key):
        address = key.lower()
        name = re.sub(r"[\W_]+", " ", address.partition("@")[0]).strip().title() or address
        return Person(address, str(uuid.uuid5(uuid.NAMESPACE_URL, f"mailto:{address}")), address, name, "")
    if found is None:
        raise ControlError(f"as must be one of {', '.join(TEAM)}, or an e-mail address")
    return found

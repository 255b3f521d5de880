"""What a kind of kept things says of itself, so that whose they are is one rule for all."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import ColumnElement

TEAM = "team"


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind: canned replies, views. Each thing is a member's own, a team's or everybody's."""

    # The column, and the field of bodies, that says whose a thing is: ``own``, "team" or ``everybody``.
    word: InstrumentedAttribute[str]
    own: str
    everybody: str
    workspace_id: InstrumentedAttribute[UUID]
    team_id: InstrumentedAttribute[UUID | None]
    owner_user_id: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]
    # How many a member has of their own, and teams and workspace together.
    max_own: int
    max_shared: int
    # Holds for what is not put away. None: what goes is deleted.
    in_use: ColumnElement[bool] | None = None

"""One conversation as a user is shown it: found, allowed and loaded by one statement."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from livechat.accounts.access import parse_id, require_seat
from livechat.accounts.queries.visible import Seat, one_conversation, seat_columns
from livechat.conversations.ornaments import PERSONAL, READER, SHARED, Ornament, Shown
from livechat.conversations.present import Json
from livechat.core.errors import NotFoundError
from livechat.core.plain_rows import Prepared
from livechat.core.session import AnySession
from livechat.domain import clock

_SEAT = len(Seat._fields)
_ID: Any = bindparam("id", type_=Uuid())


def show_conversation(session: AnySession, user_id: UUID, conversation_id: str) -> Json:
    """The conversation, also by the id of one that was merged into it; NotFoundError, ForbiddenError."""
    wanted = parse_id(conversation_id, "conversation")
    shown, statement = _statement(tuple(SHARED.items()), tuple(PERSONAL.items()))
    rows = statement.rows(session, user=user_id, id=wanted)
    if not rows:
        raise NotFoundError("There is no such conversation.")
    [row] = rows
    require_seat(Seat(*row[:_SEAT]))
    return shown.json(row, clock.now())


@lru_cache(maxsize=8)
def _statement(*ornaments: tuple[tuple[str, Ornament], ...]) -> tuple[Shown, Prepared]:
    registered: Mapping[str, Ornament] = {key: each for some in ornaments for key, each in some}
    shown = Shown(registered, first=_SEAT)
    found = one_conversation(select(*seat_columns(), *shown.columns), READER, _ID)
    return shown, Prepared(shown.join(found))

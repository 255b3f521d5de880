"""Macros: made, changed and put away by whose they are; a workspace's and a team's by its admins."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError

from livechat.accounts.access import parse_id
from livechat.core.errors import AlreadyExistsError, NotFoundError
from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.live.event_log import Catalog
from livechat.live.publish import publish_catalog
from livechat.macros.macro_steps import check_steps
from livechat.macros.queries import MACROS, find_shown
from livechat.models import Macro, WorkspaceMember
from livechat.sharing.whose import choose_whose, require_writer


def access_macro(session: AnySession, member: WorkspaceMember, macro_id: str, *, lock: bool = False) -> Macro:
    """A macro in use that this member may take; raises NotFoundError."""
    found = find_shown(session, member, parse_id(macro_id, "macro"), lock=lock)
    if found is None:
        raise NotFoundError("There is no such macro.")
    return found


def create_macro(session: AnySession, member: WorkspaceMember, asked: Mapping[str, Any]) -> Macro:
    """The new macro. The caller commits.

    Raises ForbiddenError, NotFoundError for its team, AlreadyExistsError for a name that is taken, and
    ValidationFailedError for what steps name and is not there.
    """
    macro = Macro(workspace_id=member.workspace_id, created_by=member.user_id)
    _write(session, member, macro, asked)
    return macro


def change_macro(
    session: AnySession, member: WorkspaceMember, macro_id: str, changes: Mapping[str, Any]
) -> Macro:
    """The macro with what was given changed. The caller commits. Raises as ``create_macro`` does."""
    macro = access_macro(session, member, macro_id, lock=True)
    require_writer(MACROS, member, macro.scope)
    _write(session, member, macro, changes)
    return macro


def archive_macro(session: AnySession, member: WorkspaceMember, macro_id: str) -> None:
    """Put it away: nobody is offered it any more, and its name is free.

    The caller commits. Raises NotFoundError, ForbiddenError.
    """
    macro = access_macro(session, member, macro_id, lock=True)
    require_writer(MACROS, member, macro.scope)
    macro.archived_at = clock.now()
    session.flush()
    publish_catalog(session, member.workspace_id, Catalog.MACROS)


def _write(session: AnySession, member: WorkspaceMember, macro: Macro, given: Mapping[str, Any]) -> None:
    whose = choose_whose(session, MACROS, member, given, word=macro.scope, team_id=macro.team_id)
    if whose is not None:
        macro.scope, macro.team_id, macro.owner_user_id = whose.word, whose.team_id, whose.owner_user_id
    macro.name = given.get("name", macro.name)
    # Also where it is somebody else's now: they must be offered what it sends.
    if "steps" in given or whose is not None:
        steps = given.get("steps", macro.steps)
        macro.steps = check_steps(session, member, macro.scope, macro.team_id, steps)
    try:
        with session.begin_nested():
            session.add(macro)
            session.flush()
    except IntegrityError as error:
        raise AlreadyExistsError("There is a macro with this name.") from error
    publish_catalog(session, member.workspace_id, Catalog.MACROS)

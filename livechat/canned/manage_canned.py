"""Canned replies: made, changed and put away by whose they are; a workspace's and a team's by its admins."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from livechat.accounts.access import parse_id
from livechat.canned.placeholders import VARIABLES, unknown_in
from livechat.canned.queries import count_in_use, find_shown, places_in, write_files
from livechat.core.errors import (
    AlreadyExistsError,
    ForbiddenError,
    NotFoundError,
    ValidationFailedError,
)
from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.domain.permissions import Permission, is_allowed
from livechat.files import queries as files
from livechat.live.event_log import Catalog
from livechat.live.publish import publish_catalog
from livechat.models import CannedReply, WorkspaceMember
from livechat.outbound.attach_file import check_file
from livechat.team.queries.groups import team_of
from livechat.whatsapp.sending.outgoing import files_of, validate

# Of the workspace and its teams together, and of each member.
MAX_SHARED, MAX_OWN = 2000, 500
_INTERACTIVE = "interactive"


def manages_shared(member: WorkspaceMember) -> bool:
    """Whether the member writes what is the workspace's or a team's, and sees what is any team's."""
    return is_allowed(member.role, Permission.WORKSPACE_MANAGE)


def access_canned(
    session: AnySession, member: WorkspaceMember, canned_id: str, *, lock: bool = False
) -> CannedReply:
    """A reply in use that this member may take; raises NotFoundError."""
    found = find_shown(
        session,
        member,
        parse_id(canned_id, "canned reply"),
        all_teams=manages_shared(member),
        lock=lock,
    )
    if found is None:
        raise NotFoundError("There is no such canned reply.")
    return found


def create_canned(session: AnySession, member: WorkspaceMember, asked: Mapping[str, Any]) -> CannedReply:
    """The new reply. The caller commits.

    Raises ForbiddenError, NotFoundError for a file, AlreadyExistsError for a shortcut that is taken, and
    ValidationFailedError for what could never be sent.
    """
    canned = CannedReply(workspace_id=member.workspace_id, created_by=member.user_id)
    _write(session, member, canned, asked)
    return canned


def change_canned(
    session: AnySession, member: WorkspaceMember, canned_id: str, changes: Mapping[str, Any]
) -> CannedReply:
    """The reply with what was given changed. The caller commits. Raises as ``create_canned`` does."""
    canned = access_canned(session, member, canned_id, lock=True)
    _require_writer(member, canned.scope)
    _write(session, member, canned, changes)
    return canned


def archive_canned(session: AnySession, member: WorkspaceMember, canned_id: str) -> None:
    """Put it away: nobody is offered it any more, its shortcut is free and its files are let go.

    The caller commits. Raises NotFoundError, ForbiddenError.
    """
    canned = access_canned(session, member, canned_id, lock=True)
    _require_writer(member, canned.scope)
    canned.archived_at = clock.now()
    write_files(session, canned.id, {})
    session.flush()
    publish_catalog(session, member.workspace_id, Catalog.CANNED_REPLIES)


def _write(
    session: AnySession, member: WorkspaceMember, canned: CannedReply, given: Mapping[str, Any]
) -> None:
    _place(session, member, canned, given)
    canned.shortcut = given.get("shortcut", canned.shortcut)
    canned.title = given.get("title", canned.title)
    canned.body = given.get("body", canned.body)
    _check_variables(given)
    carried = _carried(session, member, canned, given)
    try:
        with session.begin_nested():
            session.add(canned)
            session.flush()
            if carried is not None:
                write_files(session, canned.id, carried)
    except IntegrityError as error:
        raise AlreadyExistsError("There is a canned reply with this shortcut.") from error
    publish_catalog(session, member.workspace_id, Catalog.CANNED_REPLIES)


def _place(
    session: AnySession, member: WorkspaceMember, canned: CannedReply, given: Mapping[str, Any]
) -> None:
    """Whose it is: checked where it is new, or was given another owner."""
    if "scope" not in given and "team_id" not in given:
        return
    scope = given.get("scope", canned.scope)
    team_id = given.get("team_id", canned.team_id if scope == "team" else None)
    _require_writer(member, scope)
    team = None
    if team_id is not None:
        team = team_of(session, member.workspace_id, parse_id(team_id, "team"))
        if team is None:
            raise NotFoundError("There is no such team.")
    if (scope == "team") != (team_id is not None):
        raise ValidationFailedError(errors={"team_id": ["Give a team with scope team, and with no other."]})
    owner = member.user_id if scope == "personal" else None
    if canned.scope is None or owner != canned.owner_user_id:
        limit = MAX_OWN if owner is not None else MAX_SHARED
        if count_in_use(session, member.workspace_id, owner) >= limit:
            raise ValidationFailedError(errors={"scope": [f"There are at most {limit}."]})
    canned.scope, canned.team_id, canned.owner_user_id = scope, team.id if team else None, owner


def _require_writer(member: WorkspaceMember, scope: str) -> None:
    if scope != "personal" and not manages_shared(member):
        raise ForbiddenError("An admin writes what the workspace or a team has; you may have your own.")


def _check_variables(given: Mapping[str, Any]) -> None:
    errors = {
        field: [f"There is no variable {name!r}: take one of {', '.join(VARIABLES)}." for name in unknown]
        for field in ("body", "content")
        if (unknown := unknown_in(given.get(field)))
    }
    if errors:
        raise ValidationFailedError(errors=errors)


def _carried(
    session: AnySession, member: WorkspaceMember, canned: CannedReply, given: Mapping[str, Any]
) -> dict[UUID, int | None] | None:
    """The files that it carries, by id, if they change; writes ``content``.

    What WhatsApp would refuse is refused here, before anybody sends it.
    """
    ids = given.get("media_ids")
    if "content" in given:
        canned.content = _checked_content(session, member, given["content"])
    places: dict[UUID, int | None] = {}
    if ids is not None:
        places = {_fit(session, member, number, media_id): number for number, media_id in enumerate(ids)}
        if len(places) < len(ids):
            raise ValidationFailedError(errors={"media_ids": ["A file stands here twice."]})
    elif canned.id is not None:
        places = places_in(session, canned.id)
    if not canned.body.strip() and not places and canned.content is None:
        raise ValidationFailedError(errors={"body": ["Write something to send."]})
    if ids is None and "content" not in given:
        return None
    named = (file.get("media_id") for _, _, file in files_of(_INTERACTIVE, canned.content))
    return {UUID(each): None for each in named if each is not None} | places


def _checked_content(session: AnySession, member: WorkspaceMember, content: Any) -> Any:
    if content is None:
        return None
    errors = validate(_INTERACTIVE, content)
    if errors:
        raise ValidationFailedError(
            errors={"content" + path.removeprefix(_INTERACTIVE): found for path, found in errors.items()}
        )
    return check_file(session, member.user_id, _INTERACTIVE, content)


def _fit(session: AnySession, member: WorkspaceMember, number: int, media_id: str) -> UUID:
    """The file's id, where it can be sent as what it is."""
    media = files.accessible(session, member.user_id, parse_id(media_id, "file"))
    if media is None:
        raise NotFoundError("There is no such file.")
    kind = "audio" if media.kind == "voice" else media.kind
    try:
        check_file(session, member.user_id, kind, {"media_id": str(media.id)})
    except ValidationFailedError as error:
        sentences = [sentence for found in (error.errors or {}).values() for sentence in found]
        raise ValidationFailedError(errors={f"media_ids.{number}": sentences}) from error
    return media.id

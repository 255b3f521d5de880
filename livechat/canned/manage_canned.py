"""Canned replies: made, changed and put away by whose they are; a workspace's and a team's by its admins."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from livechat.accounts.access import parse_id
from livechat.canned.placeholders import OF_CUSTOMERS, VARIABLES, asks_of_customers, unknown_in
from livechat.canned.queries import CANNED, find_shown, places_in, write_files
from livechat.core.errors import (
    AlreadyExistsError,
    NotFoundError,
    ValidationFailedError,
)
from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.domain.team.attributes import AttributeType, has_words
from livechat.files import queries as files
from livechat.live.event_log import Catalog
from livechat.live.publish import publish_catalog
from livechat.models import CannedReply, WorkspaceMember
from livechat.outbound.attach_file import check_file
from livechat.people.queries import definitions_in
from livechat.sharing.whose import choose_whose, require_writer
from livechat.whatsapp.sending.outgoing import files_of, validate

_INTERACTIVE = "interactive"


def access_canned(
    session: AnySession, member: WorkspaceMember, canned_id: str, *, lock: bool = False
) -> CannedReply:
    """A reply in use that this member may take; raises NotFoundError."""
    found = find_shown(
        session,
        member,
        parse_id(canned_id, "canned reply"),
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
    require_writer(CANNED, member, canned.scope)
    _write(session, member, canned, changes)
    return canned


def archive_canned(session: AnySession, member: WorkspaceMember, canned_id: str) -> None:
    """Put it away: nobody is offered it any more, its shortcut is free and its files are let go.

    The caller commits. Raises NotFoundError, ForbiddenError.
    """
    canned = access_canned(session, member, canned_id, lock=True)
    require_writer(CANNED, member, canned.scope)
    canned.archived_at = clock.now()
    write_files(session, canned.id, {})
    session.flush()
    publish_catalog(session, member.workspace_id, Catalog.CANNED_REPLIES)


def _write(
    session: AnySession, member: WorkspaceMember, canned: CannedReply, given: Mapping[str, Any]
) -> None:
    _check_variables(session, member.workspace_id, given)
    whose = choose_whose(session, CANNED, member, given, word=canned.scope, team_id=canned.team_id)
    if whose is not None:
        canned.scope, canned.team_id, canned.owner_user_id = whose.word, whose.team_id, whose.owner_user_id
    canned.shortcut = given.get("shortcut", canned.shortcut)
    canned.title = given.get("title", canned.title)
    canned.body = given.get("body", canned.body)
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


def _check_variables(session: AnySession, workspace_id: UUID, given: Mapping[str, Any]) -> None:
    """Refuse names that mean nothing: nobody would notice them before a customer reads them."""
    texts = {field: given.get(field) for field in ("body", "content")}
    known = list(VARIABLES)
    if asks_of_customers(list(texts.values())):
        kept = definitions_in(session, workspace_id)
        known += [f"{OF_CUSTOMERS}{each.key}" for each in kept if has_words(AttributeType(each.type))]
    errors = {
        field: [f"There is no variable {name!r}: take one of {', '.join(known)}." for name in unknown]
        for field, text in texts.items()
        if (unknown := unknown_in(text, known))
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

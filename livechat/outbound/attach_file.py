"""Files of replies at the request: whether a file may be sent as this type, and which message shows it."""

from copy import deepcopy
from typing import Any
from uuid import UUID

from livechat.accounts.access import parse_id
from livechat.core.errors import NotFoundError, ValidationFailedError
from livechat.core.session import AnySession
from livechat.files import queries as queries
from livechat.files.arrive import fetch_files_of
from livechat.files.formats.convert import explain_unfit
from livechat.files.formats.filenames import name_for
from livechat.whatsapp.content import MEDIA_TYPES
from livechat.whatsapp.graph.media_client import UPLOAD_ID_LIFE
from livechat.whatsapp.sending.outgoing import files_of

Json = dict[str, Any]


def check_file(
    session: AnySession, user_id: UUID, message_type: str, part: Any, *, holds: bool = True
) -> Any:
    """A message's part, completed with what follows from our files that it names (name, voice note).

    That is the message's own file, or those in headers of an interactive message or a template. Raises
    NotFoundError where a file is unknown or not this user's, and ValidationFailedError where it cannot be
    sent as this type. The files cannot be removed until the transaction ends: unless the caller only wants
    to know (``holds`` False).
    """
    if not any(file.get("media_id") is not None for _, _, file in files_of(message_type, part)):
        return part
    # The request keeps its own part, of which its digest is made.
    checked = deepcopy(part)
    for path, kind, file in files_of(message_type, checked):
        if file.get("media_id") is not None:
            file.update(_checked(session, user_id, path, kind, file, holds=holds))
    return checked


def _checked(
    session: AnySession, user_id: UUID, path: str, message_type: str, part: Json, *, holds: bool
) -> Json:
    media_id = part["media_id"]
    media = queries.accessible(session, user_id, parse_id(media_id, "file"), lock=holds)
    if media is None:
        raise NotFoundError("There is no such file.")
    field = f"{path}.media_id"
    if media.state != "ready" or media.mime_type is None or media.size is None:
        raise ValidationFailedError(errors={field: ["This file is not here (yet)."]})
    is_voice = message_type == "audio" and part.get("voice", media.kind == "voice")
    unfit = explain_unfit(
        "voice" if is_voice else message_type,
        media.mime_type,
        media.size,
        is_animated=media.is_animated,
    )
    if unfit is not None:
        raise ValidationFailedError(errors={field: [unfit]})
    # One spelling of the id, since ``attach_file`` and the send read it from what is stored.
    checked = part | {"media_id": str(media.id)}
    if is_voice:
        checked["voice"] = True
    if message_type == "document":
        name = part.get("filename") or media.filename
        checked["filename"] = name_for("document", name, media.mime_type)
    return checked


def attach_file(session: AnySession, message_id: UUID, message_type: str, content: Json) -> None:
    """Link a message that was just stored to its files. A file sent by Meta's id is fetched from Meta.

    The caller commits.
    """
    files = [file for _, _, file in files_of(message_type, content.get(message_type))]
    ours = [UUID(file["media_id"]) for file in files if file.get("media_id") is not None]
    if ours:
        queries.link(session, message_id, ours[0])
        if len(files) > 1:
            queries.link_cards(session, message_id, ours)
    elif message_type in MEDIA_TYPES and files[0].get("id") is not None:
        fetch_files_of(session, [message_id], UPLOAD_ID_LIFE)

"""Files of replies, when they are accepted: may this file be sent so, and which message shows it."""

from typing import Any
from uuid import UUID

from livechat.errors import NotFoundError, ValidationFailedError
from livechat.queries import media as queries
from livechat.queries.session import AnySession
from livechat.services.access import parse_id
from livechat.services.media.arrive import fetch_files_of
from livechat.services.media.convert import explain_unfit
from livechat.services.media.filenames import name_for
from livechat.whatsapp.content import MEDIA_TYPES
from livechat.whatsapp.media import UPLOAD_ID_LIFE

Json = dict[str, Any]


def check_file(session: AnySession, user_id: UUID, message_type: str, part: Json) -> Json:
    """The part of a message with what follows from its file (name, voice note), where it names one of ours.

    Raises NotFoundError where that is unknown or not this user's, and ValidationFailedError where it cannot
    be sent as this type. It is kept from removal until the transaction ends.
    """
    media_id = part.get("media_id") if message_type in MEDIA_TYPES else None
    if media_id is None:
        return part
    media = queries.accessible(session, user_id, parse_id(media_id, "file"))
    if media is None:
        raise NotFoundError("There is no such file.")
    field = f"{message_type}.media_id"
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
        checked["filename"] = part.get("filename") or name_for("document", media.filename, media.mime_type)
    return checked


def attach_file(session: AnySession, message_id: UUID, message_type: str, content: Json) -> None:
    """Have a message that was just stored show its file; one sent by Meta's id is fetched from there.

    The caller commits.
    """
    part = content.get(message_type) if message_type in MEDIA_TYPES else None
    if not isinstance(part, dict):
        return
    if part.get("media_id") is not None:
        queries.link(session, message_id, UUID(part["media_id"]))
    elif part.get("id") is not None:
        fetch_files_of(session, [message_id], UPLOAD_ID_LIFE)

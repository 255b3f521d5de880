"""Routes of files: upload one to send it, get one by its signed address."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Response
from werkzeug.datastructures import FileStorage

from livechat.core.errors import NotFoundError, UnavailableError
from livechat.core.extensions import db
from livechat.domain.permissions import Permission
from livechat.files.file_response import file_response
from livechat.files.media_urls import BadMediaUrlError, media_urls
from livechat.files.queries import servable
from livechat.files.schemas import UploadAnswerSchema, UploadSchema
from livechat.files.show import media_json
from livechat.files.upload import Shelf, count_full_disk, take_upload
from livechat.storage import ObjectMissingError, StorageError, open_storage
from livechat.web.blueprint import ApiBlueprint
from livechat.web.context import settings
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response

bp: ApiBlueprint = ApiBlueprint("media", __name__, description="Pictures, recordings, films and documents.")


@bp.route("/media", methods=["POST"], costs=Cost.SENDS, needs=Permission.MESSAGE_SEND)
@bp.arguments(UploadSchema, location="files")
@bp.response(HTTPStatus.CREATED, UploadAnswerSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
def post_media(parts: dict[str, Any]) -> Response:
    """Upload a file to be sent.

    It is checked against what WhatsApp takes of its kind, by its bytes and not by its name, and converted
    where that can be done. One that is not sent within a day is removed; 429 where too much waits unsent.
    """
    shelf = Shelf.from_settings(settings())
    file: FileStorage = parts["file"]
    with _kept(shelf, file) as path:
        media = take_upload(
            db.session,
            shelf,
            current_user_id(),
            phone_number_id=parts["phone_number_id"],
            kind=parts.get("kind"),
            path=path,
            filename=file.filename,
            claimed_type=file.mimetype,
        )
    return json_response({"media": media_json(media)}, HTTPStatus.CREATED)


@contextmanager
def _kept(shelf: Shelf, file: FileStorage) -> Iterator[Path]:
    """The uploaded file at a path of ours. Raises UnavailableError if the disk cannot take it."""
    with ExitStack() as stack:
        try:
            path = stack.enter_context(shelf.workspace.file())
            file.save(path, buffer_size=64 * 1024)
        except (StorageError, OSError) as error:
            count_full_disk(error)
            raise UnavailableError("The file could not be stored. Try again in a minute.") from error
        finally:
            file.close()
        yield path


@bp.route("/media/<token>", costs=Cost.NOTHING)
@bp.doc(security=[])
@bp.response(HTTPStatus.OK, {"type": "string", "format": "binary"}, content_type="application/octet-stream")
@bp.alt_response(HTTPStatus.PARTIAL_CONTENT.value, description="The range that was asked for")
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
def get_media(token: str) -> Response:
    """The bytes of a file, by an address that a message's `content.media` holds.

    It takes no token, since `<img>` sends none: the address is signed and ends after some minutes. Ranges are
    answered. Only pictures, recordings and films that browsers show safely are shown; all else is a download.
    """
    try:
        wanted = media_urls.signer.read(token)
    except BadMediaUrlError as error:
        detail = (
            "This address is over: fetch the message again." if error.has_expired else "There is no file."
        )
        raise NotFoundError(detail) from error
    media = servable(db.session, wanted.media_id)
    # Gives the database connection back before the bytes are sent: a slow reader must not hold it.
    db.session.commit()
    if media is None or (wanted.is_thumbnail and not media.has_thumbnail):
        raise NotFoundError("There is no such file any more.")
    try:
        return file_response(open_storage(settings()), media, wanted)
    except ObjectMissingError as error:
        raise NotFoundError("There is no such file any more.") from error
    except StorageError as error:
        raise UnavailableError("The file cannot be read at the moment.") from error

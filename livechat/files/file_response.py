"""Answers with a stored file, whole or in part, and never as something that a browser would run."""

from collections.abc import Iterable
from http import HTTPStatus

from flask import Response, request
from werkzeug.datastructures import ContentRange
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_if_range_header

from livechat.files.formats.filenames import content_disposition, name_for
from livechat.files.formats.pictures import THUMBNAIL_TYPE
from livechat.files.media_urls import MediaRef
from livechat.models import Media
from livechat.storage import Storage, key_of, thumbnail_key_of

# Types that a browser shows in place; all others are downloads: SVG, HTML and PDF run scripts or plug-ins.
SHOWN_TYPES = frozenset(
    {
        *("image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"),
        *("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/webm", "audio/wav"),
        *("audio/flac", "video/mp4", "video/3gpp", "video/webm", "video/ogg", "video/quicktime"),
    }
)
# If a browser takes a file for a document all the same, it runs no scripts and has an origin of its own.
_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"


def file_response(storage: Storage, media: Media, wanted: MediaRef) -> Response:
    """The answer to a request for a file or for its thumbnail.

    Raises StorageError before anything is sent, and RequestedRangeNotSatisfiable.
    """
    if wanted.is_thumbnail:
        # A thumbnail has some kilobytes, and its size is known only after reading it.
        with storage.local_copy(thumbnail_key_of(media.id)) as path:
            data = path.read_bytes()
        mime_type, size, digest = THUMBNAIL_TYPE, len(data), f"{media.digest}.t" if media.digest else None
    else:
        mime_type, size, digest = media.mime_type or "", media.size or 0, media.digest
    if digest and digest in request.if_none_match:
        response = Response(status=HTTPStatus.NOT_MODIFIED)
        _describe(response, media, wanted, mime_type, digest)
        return response
    asked = _range(size, digest)
    start, end = asked or (0, size)
    if asked is not None and start >= end:
        raise RequestedRangeNotSatisfiable(size)
    body: Iterable[bytes] = ()
    if request.method != "HEAD":
        body = (
            [data[start:end]] if wanted.is_thumbnail else storage.read(key_of(media.id), start, end - start)
        )
    response = Response(
        body, HTTPStatus.OK if asked is None else HTTPStatus.PARTIAL_CONTENT, content_type=mime_type
    )
    _describe(response, media, wanted, mime_type, digest)
    response.headers["Content-Length"] = str(end - start)
    if asked is not None:
        response.headers["Content-Range"] = ContentRange("bytes", start, end, size).to_header()
    return response


def _range(size: int, digest: str | None) -> tuple[int, int] | None:
    """The asked range as [start, end), empty if the file has no such bytes; None for the whole file.

    Several ranges at once, other units, and a range of another version of the file get the whole file too.
    """
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    condition = parse_if_range_header(request.headers.get("If-Range"))
    if (condition.etag or condition.date) and condition.etag != digest:
        return None
    return asked.range_for_length(size) or (size, size)


def _describe(response: Response, media: Media, wanted: MediaRef, mime_type: str, digest: str | None) -> None:
    is_shown = wanted.is_thumbnail or mime_type in SHOWN_TYPES
    name = name_for(media.kind, media.filename, mime_type)
    headers = response.headers
    headers["Content-Disposition"] = content_disposition("inline" if is_shown else "attachment", name)
    headers["Accept-Ranges"] = "bytes"
    if digest:
        headers["ETag"] = f'"{digest}"'
    headers["Cache-Control"] = f"private, max-age={wanted.seconds_left}, immutable"
    headers["Content-Security-Policy"] = _POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"

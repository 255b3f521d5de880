"""Media: upload, look-up, download, delete."""

from __future__ import annotations

import time
from collections.abc import Iterator

from flask import Response, request

from sandbox import media_store
from sandbox.errors import GraphError, unknown_object
from sandbox.fault_rules import Fault
from sandbox.graph.checks import require_product
from sandbox.graph.gateway import Call, answer, broken, dropped, require_number, require_token
from sandbox.httpd import CUT_KEY
from sandbox.model import Json, Media
from sandbox.recorder import token_label
from sandbox.running import Sandbox, sandbox


def upload(call: Call) -> Json:
    """Store a file of a multipart form: `{id}`. Raises GraphError for a wrong type or size."""
    box = sandbox()
    number = require_number(call)
    require_product(call.body)
    file = request.files.get("file")
    if file is None:
        raise GraphError(100, "(#100) The parameter file is required.")
    mime_type = (call.body.get("type") or file.mimetype or "").strip()
    limit = media_store.UPLOAD_LIMITS.get(mime_type.partition(";")[0].strip().lower())
    if limit is None:
        known = ", ".join(sorted(media_store.UPLOAD_LIMITS))
        raise GraphError(
            100,
            f"(#100) Param file must be a file with one of the following types: {known}. "
            f"Received file of type '{mime_type}'.",
        )
    data = file.read()
    if len(data) > limit:
        raise GraphError(
            131053, details=f"File size {len(data)} is above the limit of {limit} bytes for {mime_type}."
        )
    if not data:
        raise GraphError(131053, details="The file is empty.")
    media = Media(
        box.world.ids.object_id(), number.phone_number_id, mime_type, data, filename=file.filename or ""
    )
    return {"id": box.world.add_media(media).media_id}


def find(call: Call, media_id: str) -> Media:
    """The file of that id. Raises GraphError: expired, or not of the number that the call names."""
    box = sandbox()
    media = box.world.media.get(media_id)
    wanted_number = request.args.get("phone_number_id")
    if media is None or not media_store.is_alive(media):
        raise unknown_object(media_id, request.method)
    if wanted_number and wanted_number != media.phone_number_id:
        raise unknown_object(media_id, request.method)
    call.endpoint = "media"
    call.phone_number_id = media.phone_number_id
    return media


def look_up(call: Call, media: Media) -> Json:
    """`{messaging_product, url, mime_type, sha256, file_size, id}`. The URL is good for five minutes."""
    box = sandbox()
    url = media_store.signed_url(box.world, media.media_id, source="getMedia", base_url=request.host_url)
    return {
        "messaging_product": "whatsapp",
        "url": url,
        "mime_type": media.mime_type,
        "sha256": media.sha256_hex,
        "file_size": media.size,
        "id": media.media_id,
    }


def delete(call: Call, media: Media) -> Json:
    """Forget a file: `{success}`."""
    box = sandbox()
    with box.world.lock:
        box.world.media.pop(media.media_id, None)
        box.world.touch("media", media.media_id)
    return {"success": True}


def download() -> Response:
    """The bytes at a signed address. 401 without a good token, 404 once the address has expired."""
    box = sandbox()
    started = time.monotonic()
    media = box.world.media.get(request.args.get("mid", ""))
    faults = box.faults.strike(
        {
            "endpoint": "media_download",
            "method": "GET",
            "phone_number_id": media.phone_number_id if media else None,
        }
    )
    terminal: Fault | None = None
    for fault in faults:
        if fault.kind == "delay":
            time.sleep(fault.parameters["seconds"])
        else:
            terminal = fault
    try:
        response = _served(box, media, terminal)
    except GraphError as refusal:
        status = 401 if refusal.code in {190, 200} else refusal.http_status
        response = answer(refusal.body(box.world.ids.trace_id()), status)
    box.recorder.add(
        at=time.time(),
        method="GET",
        path=request.path,
        endpoint="media_download",
        phone_number_id=media.phone_number_id if media else None,
        http_status=response.status_code,
        outcome="ok" if response.status_code == 200 else "error",
        fault=terminal.kind if terminal else None,
        media_id=request.args.get("mid", ""),
        ms=round((time.monotonic() - started) * 1000, 1),
        token=token_label(request.headers.get("Authorization", "").partition(" ")[2]),
    )
    return response


def _served(box: Sandbox, media: Media | None, fault: Fault | None) -> Response:
    """The answer with the file, changed by a fault where there is one. Raises GraphError."""
    kind = fault.kind if fault is not None else None
    if fault is not None:
        if kind == "error":
            raise fault.error()
        if kind in {"drop_before", "drop_after_accept"}:
            return dropped(fault)
        if kind in {"http_html", "empty"}:
            return broken(fault)
        if kind == "redirect":
            return Response(b"", 302, headers={"Location": fault.parameters["location"]})
    require_token(box)
    is_signed = media_store.is_good_signature(
        box.world,
        request.args.get("mid", ""),
        request.args.get("ext", ""),
        request.args.get("hash", ""),
    )
    if media is None or kind == "expired_url" or not is_signed or not media_store.is_alive(media):
        return Response(b"", 404)
    pieces, size = media.pieces(), media.size
    if kind == "wrong_bytes":
        pieces = (bytes(byte ^ 0xFF for byte in piece) for piece in pieces)
    elif kind == "trickle":
        pieces = _slowly(pieces, size, (fault.parameters if fault else {}).get("seconds", 2))
    elif kind == "cut_short":
        request.environ[CUT_KEY] = max(1, size // 2)
    response = Response(pieces, 200, content_type=media.mime_type)
    response.headers["Content-Length"] = str(size)
    if media.filename.isascii():
        response.headers["Content-Disposition"] = f'inline;filename="{media.filename}"'
    return response


def _slowly(pieces: Iterator[bytes], size: int, seconds: float) -> Iterator[bytes]:
    """The same bytes in about twenty pieces, which take so many seconds."""
    step = max(1, size // 20)
    for piece in pieces:
        for start in range(0, len(piece), step):
            part = piece[start : start + step]
            time.sleep(seconds * len(part) / size)
            yield part

"""Resumable uploads: a session for a file, its bytes, and the handle that templates and profiles name.

Source: Meta, Graph API, "Upload files with the Resumable Upload API".
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from flask import request

from sandbox.errors import GraphError
from sandbox.graph.gateway import Call
from sandbox.model import Json
from sandbox.running import sandbox

TYPES = {"application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4"}
MAX_BYTES = 100 * 1024 * 1024
PREFIX = "upload:"


@dataclass(slots=True)
class UploadSession:
    """An unfinished upload. ``session_id`` is its node with the signature that belongs to it."""

    session_id: str
    mime_type: str
    length: int
    data: bytearray = field(default_factory=bytearray)


def begin(call: Call) -> Json:
    """`POST /{app}/uploads?file_name=&file_length=&file_type=` → `{id: "upload:…"}`."""
    given = {**call.body, **request.args}
    length, mime_type = str(given.get("file_length", "")), str(given.get("file_type", ""))
    if not length.isdigit() or not 0 < int(length) <= MAX_BYTES:
        raise GraphError(100, "(#100) Param file_length must be an integer between 1 and 104857600.")
    if mime_type not in TYPES:
        raise GraphError(100, f"(#100) Param file_type must be one of {{{', '.join(sorted(TYPES))}}}")
    box = sandbox()
    secret = base64.urlsafe_b64encode(box.world.ids.object_id().encode()).decode().rstrip("=")
    node = PREFIX + base64.urlsafe_b64encode(box.world.ids.object_id().encode()).decode().rstrip("=")
    with box.world.lock:
        box.world.upload_sessions[node] = UploadSession(
            f"{node}?sig={secret}", mime_type.replace("jpg", "jpeg"), int(length)
        )
    return {"id": f"{node}?sig={secret}"}


def state(node: str) -> Json:
    """`GET /upload:…` → `{id, file_offset}`: the place from which a broken upload continues."""
    session = _session(node)
    return {"id": session.session_id, "file_offset": len(session.data)}


def take(node: str) -> Json:
    """`POST /upload:…` with the bytes from `file_offset` on → `{h}` with the last of them."""
    box, session = sandbox(), _session(node)
    offset = request.headers.get("file_offset", "0")
    if not offset.isdigit() or int(offset) != len(session.data):
        raise GraphError(100, "(#100) Invalid parameter", details=f"file_offset must be {len(session.data)}.")
    data = request.get_data()
    with box.world.lock:
        if len(session.data) + len(data) > session.length:
            raise GraphError(100, "(#100) Invalid parameter", details="There is more than file_length.")
        session.data += data
        if len(session.data) < session.length:
            return {"id": session.session_id, "file_offset": len(session.data)}
        kind = base64.b64encode(session.mime_type.encode()).decode()
        handle = f"4::{kind}:{base64.urlsafe_b64encode(box.world.ids.object_id(24).encode()).decode()}"
        box.world.file_handles[handle] = session.mime_type
        del box.world.upload_sessions[node]
    return {"h": handle}


def _session(node: str) -> UploadSession:
    found: UploadSession | None = sandbox().world.upload_sessions.get(node)
    if found is None or request.args.get("sig") != found.session_id.rpartition("=")[2]:
        raise GraphError(
            100, "(#100) Invalid parameter", subcode=33, details="There is no such upload session."
        )
    return found

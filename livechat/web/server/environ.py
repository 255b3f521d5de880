"""Turns an ASGI request into a WSGI environ (PEP 3333)."""

import sys
from typing import Any
from urllib.parse import unquote_to_bytes

_FIXED: dict[str, Any] = {
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    # Bodies are read to their end before the application sees them.
    "wsgi.input_terminated": True,
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "livechat",
}
_NAMES: dict[bytes, str] = {}
_MOST_NAMES = 500


def environ_of(scope: dict[str, Any]) -> dict[str, Any]:
    """The environ of a request, without ``wsgi.input``.

    Several headers of one name are joined by commas. A header with ``_`` in its name is left out: WSGI cannot
    tell it from the one with ``-``, which a proxy may have set and vouches for. A value that is not printable
    ASCII becomes empty, which no reader accepts.
    """
    server, client = scope["server"], scope["client"]
    environ: dict[str, Any] = {
        **_FIXED,
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": "HTTP/1.0" if scope["http_version"] == "1" else "HTTP/1.1",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": client[0],
        "wsgi.url_scheme": scope["scheme"],
    }
    for name, value in scope["headers"]:
        key = _NAMES.get(name) or _name(name)
        if not key:
            continue
        text = value.decode("latin-1")
        if not (text.isascii() and text.replace("\t", " ").isprintable()):
            text = ""
        if key in environ:
            text = f"{environ[key]}{';' if key == 'HTTP_COOKIE' else ','}{text}"
        environ[key] = text
    return environ


def _name(name: bytes) -> str:
    if b"_" in name:
        return ""
    key = name.decode("latin-1").upper().replace("-", "_")
    if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        key = f"HTTP_{key}"
    if len(_NAMES) < _MOST_NAMES:
        _NAMES[name] = key
    return key

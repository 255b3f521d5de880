"""Serves the page: the built front end, its configuration, and the headers under which a browser runs it."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import orjson
from flask import Blueprint, Flask, Response, current_app, request

from livechat.core.config import SETTINGS_KEY, Settings
from livechat.core.errors import NotFoundError
from livechat.web.guards.costs import Cost

bp = Blueprint("page", __name__)

# ``make frontend`` builds into this folder; tests set another one.
FOLDER_KEY = "LIVECHAT_PAGE_FOLDER"
FOLDER = Path(__file__).resolve().parents[2] / "frontend" / "dist"
# This text is in index.html. It is a data block, which a Content-Security-Policy does not take for a script.
PLACEHOLDER = '<script id="livechat-configuration" type="application/json">{}</script>'
# Names of files hold a hash of the content, or the version of their package, so the content behind a name
# never changes.
ASSET = re.compile(
    r"(?:[A-Za-z0-9_.-]+-[A-Za-z0-9_-]{8}|emoji-[0-9.]+/[a-z]{2}/[a-z]+)\.(css|js|svg|png|woff2|json)"
)
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "woff2": "font/woff2",
    "json": "application/json",
}
_NOT_BUILT = "The page is not built yet: run make frontend, then load this address again.\n"


def init_page(app: Flask) -> None:
    """Set the folder that the page is served from, unless a test has set one."""
    app.config.setdefault(FOLDER_KEY, FOLDER)


@bp.get("/", costs=Cost.NOTHING)
@bp.get("/live-chat", strict_slashes=False, costs=Cost.NOTHING)
@bp.get("/live-chat/<path:place>", costs=Cost.NOTHING)
def page(place: str = "") -> Response:
    """The page, the same at every place: it reads its own address. 503 if it has not been built."""
    try:
        html = (_folder() / "index.html").read_text(encoding="utf-8")
    except FileNotFoundError:
        return Response(
            _NOT_BUILT, 503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "10"}
        )
    settings: Settings = current_app.config[SETTINGS_KEY]
    block = PLACEHOLDER.replace("{}", _data_block(configuration(settings)))
    return Response(
        html.replace(PLACEHOLDER, block, 1).replace('"./assets/', f'"{_to_the_root()}assets/'),
        content_type="text/html; charset=utf-8",
        headers={"Cache-Control": "no-cache", "Content-Security-Policy": content_security_policy(settings)},
    )


@bp.get("/assets/<path:filename>", costs=Cost.NOTHING)
def asset(filename: str) -> Response:
    """A built file, cacheable for ever, in an encoding that the browser accepts; the build made each."""
    match = ASSET.fullmatch(filename)
    folder = _folder() / "assets"
    if match is None or not (folder / filename).is_file():
        raise NotFoundError("There is no such file.")
    accepted = request.accept_encodings
    found = (
        (encoding, filename + suffix)
        for encoding, suffix in _ENCODINGS
        if accepted[encoding] > 0 and (folder / (filename + suffix)).is_file()
    )
    encoding, name = next(found, ("", filename))
    # Read into memory: the build keeps files small, and a browser asks for each of them once.
    response = Response((folder / name).read_bytes(), content_type=_TYPES[match[1]])
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    if encoding:
        response.headers["Content-Encoding"] = encoding
    return response


def configuration(settings: Settings) -> dict[str, str | None]:
    """What the page must know to sign people in: the sandbox if there is one, else the Supabase project.

    The Supabase key in it is the one meant for browsers.
    """
    if settings.sandbox:
        return {"sandbox_url": _sandbox_url(settings), "supabase_url": None, "supabase_anon_key": None}
    return {
        "sandbox_url": None,
        "supabase_url": settings.supabase_url,
        "supabase_anon_key": settings.supabase_anon_key,
    }


def content_security_policy(settings: Settings) -> str:
    """The page's policy: it runs only files that we serve, and calls only us and the sign-in service."""
    where = configuration(settings)
    elsewhere = where["sandbox_url"] or where["supabase_url"]
    connect = f"'self' {_origin(elsewhere)}" if elsewhere else "'self'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        f"media-src 'self' blob:; font-src 'self'; connect-src {connect}; manifest-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )


def _to_the_root() -> str:
    """The relative path from the browser's address to our root: `../` for each segment below it.

    With it the page finds its files behind a proxy that serves it under `/some/path/` and does not tell us.
    The path counts as it was sent: an encoded slash is no separator to the browser.
    """
    environ = request.environ
    sent = environ.get("REQUEST_URI") or environ.get("RAW_URI") or request.path
    return "../" * max(0, urlsplit(sent).path.count("/") - 1) or "./"


def _folder() -> Path:
    return Path(current_app.config[FOLDER_KEY])


def _sandbox_url(settings: Settings) -> str:
    # In `make run` one program poses as Meta and issues the demo user's tokens.
    return (settings.sandbox_url or settings.whatsapp_api_url).rstrip("/")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _data_block(data: dict[str, str | None]) -> str:
    # No "<" inside: the HTML parser could take it for the end of the script.
    return orjson.dumps(data).decode().replace("<", "\\u003c")

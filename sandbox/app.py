"""The Flask application of the sandbox."""

from __future__ import annotations

import logging
import re
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from sandbox import web_page
from sandbox.control import customer_acts, inventory, mails, traffic, user_tokens
from sandbox.control.requests import reply
from sandbox.errors import ControlError, GraphError, unknown_path, unsupported
from sandbox.graph import routes
from sandbox.graph.gateway import NEWEST_VERSION, error_answer
from sandbox.model import Json
from sandbox.own_names import is_readable_origin, name_in
from sandbox.running import Sandbox, sandbox
from sandbox.sandbox_config import SandboxConfig

log = logging.getLogger(__name__)

_OWN = frozenset({"", "/", "/favicon.ico", "/sandbox"})
_OWN_FOLDERS = ("/sandbox/", "/auth/", "/static/", "/whatsapp_business/")
_VERSIONED = re.compile(r"/v\d{1,3}\.\d(?:/|$)")
MAX_BODY = 110 * 1024 * 1024
_CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; " + (
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class GraphVersion(BaseConverter):
    """`v26.0` in a path."""

    regex = r"v\d{1,3}\.\d"


class UploadNode(BaseConverter):
    """`upload:…` in a path: the session of an upload. Its weight has it tried before any other node."""

    regex = r"upload:[^/]+"
    weight = 50


class GraphPaths:
    """WSGI middleware: gives Graph's paths a version where they have none, and no slash at their end."""

    def __init__(self, application: Any) -> None:
        self._application = application

    def __call__(self, environ: Json, start_response: Any) -> Any:
        path = environ.get("PATH_INFO", "")
        if is_graphs(path):
            path = "/" + path.strip("/")
            environ["PATH_INFO"] = path if _VERSIONED.match(path) else f"/v{NEWEST_VERSION}.0{path}"
        return self._application(environ, start_response)


def is_graphs(path: str) -> bool:
    """Whether a path is one of Graph's: every path is, except the sandbox's own pages and folders."""
    return path not in _OWN and not path.startswith(_OWN_FOLDERS)


def create_app(config: SandboxConfig) -> Flask:
    """A sandbox with its own world. Threads start with the first webhook; `stop` ends them."""
    app = Flask("sandbox")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.url_map.converters |= {"graph_version": GraphVersion, "upload_node": UploadNode}
    app.url_map.strict_slashes = False
    app.wsgi_app = GraphPaths(app.wsgi_app)  # type: ignore[method-assign]  # as Flask has it
    app.extensions["sandbox"] = Sandbox(config)
    for module in (routes, inventory, customer_acts, traffic, user_tokens, mails, web_page):
        app.register_blueprint(module.bp)
    app.before_request(_refuse_foreign_names)
    app.before_request(_refuse_foreign_pages)
    app.after_request(_protect)
    app.register_error_handler(ControlError, _control_error)
    app.register_error_handler(HTTPException, _http_error)
    return app


def _refuse_foreign_names() -> Response | None:
    """Answer 400 to a Host or Origin that cannot be read, and 403 to a name that is not this machine's."""
    name, origin = name_in(request.environ.get("HTTP_HOST", "")), request.headers.get("Origin")
    if name is None or (origin is not None and not is_readable_origin(origin)):
        return _refused("the Host or Origin header cannot be read", 400)
    if name not in sandbox().config.names and "*" not in sandbox().config.names:
        return _refused("this is not a name of the sandbox; SANDBOX_HOSTS lists them", 403)
    return None


def _refuse_foreign_pages() -> Response | None:
    """Keep other web pages in the user's browser from commanding the sandbox."""
    origin = request.headers.get("Origin")
    if (
        origin is None
        or not request.path.startswith("/sandbox/")
        or request.method in {"GET", "HEAD", "OPTIONS"}
    ):
        return None
    config = sandbox().config
    own = urlsplit(origin).netloc == request.environ["HTTP_HOST"]
    if own or (config.is_livechat_page(origin) and request.path == "/sandbox/demo/token"):
        return None
    return reply({"error": "this origin may not command the sandbox"}, 403)


def _protect(response: Response) -> Response:
    location = response.headers.get("Location")
    if location is not None and urlsplit(location).netloc:
        # The Host header may hold anybody's name, so a redirect names the path alone.
        parts = urlsplit(location)
        query = f"?{parts.query}" if parts.query else ""
        response.headers["Location"] = f"/{parts.path.lstrip('/')}{query}"
        response.set_data(b"")
    if not is_graphs(request.path):
        response.headers.setdefault("Content-Security-Policy", _CSP)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response


def _control_error(error: ControlError) -> Response:
    return reply({"error": str(error)}, error.status)


def _http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return cast(Response, error.response)
    return _refused(error.description or error.name, error.code or 500)


def _refused(why: str, status: int) -> Response:
    """An error of HTTP. Paths of Graph answer in Graph's shape, the only one that its clients look for."""
    if not is_graphs(request.path):
        return reply({"error": why}, status)
    if status == 404:
        error = unknown_path(request.path, status)
    elif status == 405:
        error = unsupported(request.method, status)
    elif status >= 500:
        error = GraphError(1, http_status=status)
    else:
        error = GraphError(100, f"(#100) {why}", http_status=status)
    response = error_answer(sandbox(), error)
    response.headers.pop("x-sandbox-code", None)
    return response

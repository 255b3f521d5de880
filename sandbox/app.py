"""The Flask application of the sandbox."""

from __future__ import annotations

import logging
import re
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from sandbox import page
from sandbox.behaviour import ControlError
from sandbox.config import SandboxConfig
from sandbox.control import auth, people, traffic
from sandbox.control.requests import reply
from sandbox.graph import blueprint as graph
from sandbox.graph.gateway import sandbox
from sandbox.hosts import is_readable_origin, name_in
from sandbox.sandbox import Sandbox
from sandbox.webhooks.kinds import Kinds

log = logging.getLogger(__name__)

MAX_BODY = 110 * 1024 * 1024
_CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; " + (
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class GraphVersion(BaseConverter):
    """`v26.0` in a path."""

    regex = r"v\d{1,3}\.\d"


def create_app(config: SandboxConfig) -> Flask:
    """A sandbox with its own world. Threads start with the first webhook; `stop` ends them."""
    app = Flask("sandbox")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.url_map.converters["graph_version"] = GraphVersion
    box = Sandbox(config)
    app.extensions["sandbox"] = box
    app.extensions["sandbox_kinds"] = Kinds(box.world, box.voice, box.lifecycle)
    for module in (graph, people, traffic, auth, page):
        app.register_blueprint(module.bp)
    app.before_request(_refuse_foreign_names)
    app.before_request(_refuse_foreign_pages)
    app.after_request(_protect)
    app.register_error_handler(ControlError, _control_error)
    app.register_error_handler(HTTPException, _http_error)
    return app


def _refuse_foreign_names() -> Response | None:
    """400 for a Host or Origin that cannot be read, 403 for a name that is not this machine's."""
    name, origin = name_in(request.environ.get("HTTP_HOST", "")), request.headers.get("Origin")
    if name is None or (origin is not None and not is_readable_origin(origin)):
        return reply({"error": "the Host or Origin header cannot be read"}, 400)
    if name not in sandbox().config.names and "*" not in sandbox().config.names:
        return reply({"error": "this is not a name of the sandbox; SANDBOX_HOSTS lists them"}, 403)
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
        # Not by the name that was sent, which may be anybody's.
        parts = urlsplit(location)
        query = f"?{parts.query}" if parts.query else ""
        response.headers["Location"] = f"/{parts.path.lstrip('/')}{query}"
        response.set_data(b"")
    if not re.match(r"/v\d", request.path):
        response.headers.setdefault("Content-Security-Policy", _CSP)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response


def _control_error(error: ControlError) -> Response:
    return reply({"error": str(error)}, error.status)


def _http_error(error: HTTPException) -> Response:
    return reply({"error": error.description or error.name}, error.code or 500)

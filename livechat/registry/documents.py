"""The OpenAPI document, generated from the routes, and a Swagger UI page to browse it, served by us alone."""

from functools import lru_cache
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Flask, Response, current_app, send_from_directory, url_for
from flask_smorest import Api
from flask_smorest.utils import prepare_response

from livechat.core.errors import NotFoundError
from livechat.web.context import API_PREFIX
from livechat.web.guards.costs import Cost
from livechat.web.problems import CONTENT_TYPE
from livechat.web.schemas import ProblemSchema

bp = Blueprint("documents", __name__, url_prefix=API_PREFIX)

# The page runs only our scripts. Swagger UI writes style attributes and draws its icons as data URLs.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
ASSETS = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
}
_START = """window.addEventListener("load", function () {
  window.ui = SwaggerUIBundle({
    url: document.querySelector("#page").dataset.document,
    domNode: document.querySelector("#page"),
    deepLinking: true,
    validatorUrl: null,
    persistAuthorization: false
  });
});
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Live Chat for WhatsApp Business: API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{base}/swagger-ui.css">
<script src="{base}/swagger-ui-bundle.js" defer></script>
<script src="{base}/start.js" defer></script>
</head>
<body><main id="page" data-document="{document}"></main></body>
</html>
"""
_HEADERS_OF: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "Bearer"}},
    429: {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds"}},
    503: {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds"}},
}


class LiveChatApi(Api):
    """flask-smorest's Api, documenting our problems in place of its own error format."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """None: ``livechat.web.problems`` alone renders errors."""

    def _register_etag_headers(self) -> None:
        """None: answers carry no ETag."""

    def _register_pagination_header(self) -> None:
        """None: the cursor of the next page is in the body."""

    def _register_responses(self) -> None:
        self._register_problem(self.DEFAULT_ERROR_RESPONSE_NAME, "Any other problem", {})
        for status in (status for status in HTTPStatus if status >= HTTPStatus.BAD_REQUEST):
            self._register_problem(status.name, status.phrase, _HEADERS_OF.get(status.value, {}))

    def _register_problem(self, name: str, description: str, headers: dict[str, Any]) -> None:
        response: dict[str, Any] = {"description": description, "schema": self.ERROR_SCHEMA}
        if headers:
            response["headers"] = headers
        prepare_response(response, self.spec, CONTENT_TYPE)
        self.spec.components.response(name, response, lazy=True)


def new_api(app: Flask) -> LiveChatApi:
    """The document's register; ``register_blueprint`` adds a blueprint to it and to the app."""
    app.config.update(
        API_TITLE="Live Chat for WhatsApp Business",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
    )
    api = LiveChatApi(
        app,
        spec_kwargs={
            "info": {
                "description": "Times are RFC 3339, UTC. Ids are opaque strings. Absent is null, never "
                "missing. Errors are application/problem+json (RFC 9457) with a stable `code`.",
            },
            "servers": [{"url": "/"}],
            "security": [{"supabase": []}],
        },
    )
    api.spec.components.security_scheme(
        "supabase",
        {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The access token of a signed-in Supabase user.",
        },
    )
    app.extensions["livechat_api"] = api
    return api


@bp.get("/openapi.json", costs=Cost.NOTHING)
def openapi_document() -> Response:
    """The document that this process serves."""
    document = current_app.extensions["livechat_api"].spec.to_dict()
    return Response(orjson.dumps(document, option=orjson.OPT_INDENT_2), content_type="application/json")


@bp.get("/docs", costs=Cost.NOTHING)
def page() -> Response:
    """The Swagger UI page that shows the document."""
    html = _PAGE.format(base=f"{API_PREFIX}/docs", document=url_for("documents.openapi_document"))
    return Response(
        html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": PAGE_POLICY}
    )


@bp.get("/docs/<path:filename>", costs=Cost.NOTHING)
def asset(filename: str) -> Response:
    """One of the page's files; no other file of the package that holds them is reachable."""
    cached = {"Cache-Control": "public, max-age=3600"}
    if filename == "start.js":
        return Response(_START, content_type="text/javascript; charset=utf-8", headers=cached)
    folder = _swagger_ui_folder()
    if filename not in ASSETS or folder is None:
        raise NotFoundError("There is no such file.")
    response = send_from_directory(folder, filename, mimetype=ASSETS[filename], max_age=3600)
    response.headers.update(cached)
    return response


@lru_cache(maxsize=1)
def _swagger_ui_folder() -> Path | None:
    """The folder of Swagger UI in flask-swagger-ui; its blueprint is not imported, as we need only files."""
    package = find_spec("flask_swagger_ui")
    if package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "dist"

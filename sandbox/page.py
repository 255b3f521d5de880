"""The web page of the sandbox, and what it polls."""

from __future__ import annotations

from flask import Blueprint, Response

bp = Blueprint("page", __name__)


@bp.get("/")
def index() -> Response:
    return Response("sandbox")

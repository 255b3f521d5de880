"""For operators and their tools: alive, ready, measured. No token; a reverse proxy must not pass these on."""

from flask import Blueprint, Response, jsonify

from livechat.core.errors import UnavailableError
from livechat.core.extensions import db, redis
from livechat.operations import readiness
from livechat.operations.telemetry import render
from livechat.web.guards.costs import Cost

bp = Blueprint("health", __name__)


@bp.get("/healthz", costs=Cost.NOTHING)
def healthz() -> Response:
    """200 while this process answers."""
    return jsonify(status="ok")


@bp.get("/readyz", costs=Cost.NOTHING)
def readyz() -> Response:
    """200 where database, broker and a worker for every queue are there; else 503 and what is missing."""
    missing = readiness.missing(redis.client, db.session)
    if missing:
        raise UnavailableError(f"Missing: {', '.join(missing)}.", missing=missing)
    return jsonify(status="ready", missing=[])


@bp.get("/metrics", costs=Cost.NOTHING)
def metrics() -> Response:
    """Prometheus' text format: this machine's processes, and the depth and age of what waits."""
    body, content_type = render(redis.client, db.session)
    return Response(body, content_type=content_type)

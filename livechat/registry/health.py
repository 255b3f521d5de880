"""Health, readiness and metrics, for operators. They need no token; a reverse proxy must not pass them on."""

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
    """200 if the database, Redis and a worker for every queue are there; else 503 with what is missing."""
    missing = readiness.missing(redis.client, db.session)
    if missing:
        raise UnavailableError(f"Missing: {', '.join(missing)}.", missing=missing)
    return jsonify(status="ready", missing=[])


@bp.get("/metrics", costs=Cost.NOTHING)
def metrics() -> Response:
    """Prometheus' text format: this machine's processes, and how much work waits and since when."""
    body, content_type = render(redis.client, db.session)
    return Response(body, content_type=content_type)

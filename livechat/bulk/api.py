"""Routes of bulk actions: starting one, and how far it is."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response

from livechat.accounts.access import parse_id
from livechat.accounts.once import once
from livechat.bulk.present_job import job_json
from livechat.bulk.queries import items_page, job_of_user, tallies
from livechat.bulk.schemas import (
    BulkSchema,
    ItemsQuerySchema,
    ItemsSchema,
    JobSchema,
    StartedSchema,
    action_of,
)
from livechat.bulk.start_bulk import start_bulk
from livechat.core.errors import NotFoundError
from livechat.core.extensions import db
from livechat.domain.permissions import Permission
from livechat.models import BulkJob
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response
from livechat.web.request_key import IdempotencyHeadersSchema, idempotency_key

bp = ApiBlueprint("bulk", __name__, description="One act on many conversations.")


@bp.route("/bulk", methods=["POST"], costs=Cost.READS, needs=Permission.CONVERSATION_WRITE)
@bp.arguments(IdempotencyHeadersSchema, location="headers")
@bp.arguments(BulkSchema)
@bp.response(HTTPStatus.ACCEPTED, StartedSchema)
@bp.alt_response(HTTPStatus.OK.value, schema=StartedSchema, description="The same request started it before")
@bp.problems(
    HTTPStatus.NOT_FOUND,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.CONFLICT,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
def post_bulk(_headers: dict[str, Any], body: dict[str, Any]) -> Response:
    """Do something to many conversations, in the background: each of them has an outcome of its own.

    What is meant is fixed at once. Whether you may see and change a conversation is asked again when its turn
    comes. All of it is one operation, to be undone as one.
    """
    user_id = current_user_id()
    asked = once(db.session, user_id, "bulk", idempotency_key(), body)
    if asked is not None and asked.made_id is not None:
        return json_response({"job": _shown(_job(asked.made_id, user_id))})
    job = start_bulk(db.session, user_id, body, *action_of(body))
    if asked is not None:
        asked.made(db.session, job.id)
    shown = _shown(job)
    db.session.commit()
    return json_response({"job": shown}, HTTPStatus.ACCEPTED)


@bp.route("/jobs/<job_id>", costs=Cost.READS, needs=Permission.SIGNED_IN)
@bp.response(HTTPStatus.OK, JobSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def get_job(job_id: str) -> Response:
    """How far one of your bulk actions is."""
    return json_response(_shown(_job(parse_id(job_id, "job"), current_user_id())))


@bp.route("/jobs/<job_id>/items", costs=Cost.READS, needs=Permission.SIGNED_IN)
@bp.arguments(ItemsQuerySchema, location="query")
@bp.response(HTTPStatus.OK, ItemsSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def list_items(query: dict[str, Any], job_id: str) -> Response:
    """What came of each conversation of one of your bulk actions."""
    job = _job(parse_id(job_id, "job"), current_user_id())
    behind = parse_id(query["cursor"], "item") if query.get("cursor") else None
    found = items_page(db.session, job.id, query.get("state", ()), limit=query["limit"] + 1, behind=behind)
    page = found[: query["limit"]]
    items = [
        {"conversation_id": str(each.conversation_id), "state": each.state, "reason": each.reason}
        for each in page
    ]
    next_cursor = str(page[-1].conversation_id) if len(found) > len(page) else None
    return json_response({"items": items, "next_cursor": next_cursor})


def _job(job_id: UUID, user_id: UUID) -> BulkJob:
    job = job_of_user(db.session, job_id, user_id)
    if job is None:
        raise NotFoundError("There is no such job.")
    return job


def _shown(job: BulkJob) -> dict[str, Any]:
    return job_json(job, tallies(db.session, [job.id]).get(job.id))

"""Starting a bulk action: what it is about is fixed at once, so that nothing that comes later is touched."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from livechat.accounts.access import parse_id, permitted
from livechat.accounts.queries.visible import AnyMember
from livechat.bulk.queries import insert_items, members_of_user
from livechat.core.after_commit import enqueue_after_commit
from livechat.core.errors import ForbiddenError, NotFoundError, ValidationFailedError
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.domain import clock
from livechat.domain.permissions import Role
from livechat.inbox.find_inbox import find_inbox
from livechat.inbox.queries.inbox_conditions import labels_among, teams_among
from livechat.inbox.queries.inbox_pages import inbox_ids
from livechat.models import BulkJob

# Who is no admin acts on what a person can have looked at.
MOST = 10_000
MOST_OF_AGENTS = 500


def start_bulk(
    session: AnySession, user_id: UUID, asked: Mapping[str, Any], action: str, parameters: dict[str, Any]
) -> BulkJob:
    """A job that does ``action`` with ``parameters`` to ``ids``, or to what ``filter`` leaves now.

    The caller commits; a task begins then. An id that is not this user's to see is skipped when its turn
    comes. Raises ValidationFailedError where there are too many, NotFoundError, ForbiddenError.
    """
    members = [each for each in members_of_user(session, user_id) if permitted(each)]
    if not members:
        raise ForbiddenError("Your role does not allow it.")
    _check(session, members, parameters)
    if "filter" in asked:
        ids = _matching(session, user_id, asked["filter"])
    else:
        ids = {parse_id(each, "conversation") for each in asked["ids"]}
        _limit(members, ids, "ids")
    job = BulkJob(user_id=user_id, action=action, parameters=parameters)
    session.add(job)
    session.flush()
    insert_items(session, job.id, ids)
    enqueue_after_commit(session, TaskName.RUN_BULK, job_id=str(job.id))
    return job


def _matching(session: AnySession, user_id: UUID, asked: Mapping[str, Any]) -> Collection[UUID]:
    views, wanted = find_inbox(session, user_id, asked)
    members = [view.member for view in views]
    ids = inbox_ids(session, views, wanted, limit=_most(members) + 1, asked_at=clock.now())
    _limit(members, ids, "filter")
    return ids


def _most(members: Sequence[AnyMember]) -> int:
    return MOST if all(each.role == Role.ADMIN for each in members) else MOST_OF_AGENTS


def _limit(members: Sequence[AnyMember], ids: Collection[UUID], field: str) -> None:
    most = _most(members)
    if len(ids) > most:
        raise ValidationFailedError(errors={field: [f"At most {most} conversations at a time."]})


def _check(session: AnySession, members: Sequence[AnyMember], parameters: Mapping[str, Any]) -> None:
    """Labels and teams that are not theirs are 404 at once. Who may be assigned is asked of each item."""
    workspaces = [each.workspace_id for each in members]
    label_id, team_id = parameters.get("label_id"), parameters.get("team_id")
    if label_id is not None:
        wanted = parse_id(label_id, "label")
        if wanted not in labels_among(session, workspaces, frozenset({wanted})):
            raise NotFoundError("There is no such label.")
    if team_id is not None and not teams_among(session, workspaces, parse_id(team_id, "team")):
        raise NotFoundError("There is no such team.")

"""A workspace's labels: made, changed and put away."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy.exc import IntegrityError

from livechat.accounts.access import parse_id
from livechat.core.errors import (
    AlreadyExistsError,
    IdempotencyConflictError,
    NotFoundError,
    ValidationFailedError,
)
from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.domain.ids import uuid7
from livechat.labels.queries import (
    count_labels,
    find_label,
    insert_label,
    label_made_by,
)
from livechat.live.event_log import Catalog
from livechat.live.publish import publish_catalog
from livechat.models import Label, WorkspaceMember

MAX_LABELS = 500


@dataclass(frozen=True, slots=True)
class NewLabel:
    """What is asked for. ``key`` is the request's idempotency key."""

    name: str
    colour: str
    group: str | None = None
    key: str | None = None

    @property
    def digest(self) -> bytes:
        """Of what was asked for without the key, which only names the request."""
        return sha256(orjson.dumps([self.name, self.colour, self.group])).digest()


def label_json(label: Label) -> dict[str, Any]:
    """A label as the workspace's list shows it."""
    return {"id": str(label.id), "name": label.name, "colour": label.colour, "group": label.group_name}


def create_label(session: AnySession, member: WorkspaceMember, asked: NewLabel) -> tuple[Label, bool]:
    """The label, and whether it is new: the same request made it before otherwise. The caller commits.

    Raises AlreadyExistsError, IdempotencyConflictError, or ValidationFailedError where there are too many.
    """
    made = None
    if count_labels(session, member.workspace_id) < MAX_LABELS:
        made = insert_label(
            session,
            id=uuid7(),
            workspace_id=member.workspace_id,
            name=asked.name,
            colour=asked.colour,
            group_name=asked.group,
            created_by=member.user_id,
            idempotency_key=asked.key,
            request_digest=asked.digest,
        )
    if made is not None:
        publish_catalog(session, member.workspace_id, Catalog.LABELS)
        return session.get_one(Label, made), True
    earlier = label_made_by(session, member.workspace_id, member.user_id, asked.key) if asked.key else None
    if earlier is not None:
        if earlier.request_digest != asked.digest:
            raise IdempotencyConflictError("Use a new key for a new request.")
        return earlier, False
    if count_labels(session, member.workspace_id) >= MAX_LABELS:
        raise ValidationFailedError(errors={"name": [f"A workspace has at most {MAX_LABELS} labels."]})
    raise AlreadyExistsError("There is a label of this name.")


def change_label(
    session: AnySession, member: WorkspaceMember, label_id: str, *, name: str | None, colour: str | None
) -> Label:
    """Rename or recolour the label; None leaves it. The caller commits.

    Raises NotFoundError, or AlreadyExistsError where another label has the name.
    """
    label = _used(session, member, label_id)
    if (name or label.name, colour or label.colour) == (label.name, label.colour):
        return label
    try:
        with session.begin_nested():
            label.name, label.colour = name or label.name, colour or label.colour
    except IntegrityError as error:
        raise AlreadyExistsError("There is a label of this name.") from error
    publish_catalog(session, member.workspace_id, Catalog.LABELS)
    return label


def archive_label(session: AnySession, member: WorkspaceMember, label_id: str) -> None:
    """Put the label away: no conversation shows it any more, and its name is free. The caller commits.

    Raises NotFoundError.
    """
    label = find_label(session, member.workspace_id, parse_id(label_id, "label"))
    if label is None:
        raise NotFoundError("There is no such label.")
    if label.archived_at is None:
        label.archived_at = clock.now()
        session.flush()
        publish_catalog(session, member.workspace_id, Catalog.LABELS)


def _used(session: AnySession, member: WorkspaceMember, label_id: str) -> Label:
    label = find_label(session, member.workspace_id, parse_id(label_id, "label"))
    if label is None or label.archived_at is not None:
        raise NotFoundError("There is no such label.")
    return label

"""What a workspace writes down of people: attributes with a type. Admins make them and put them away."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from livechat.core.errors import AlreadyExistsError, NotFoundError, ValidationFailedError
from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.domain.team.attributes import AttributeType
from livechat.live.event_log import Catalog
from livechat.live.publish import publish_catalog
from livechat.models import AttributeDefinition, WorkspaceMember
from livechat.people.queries import definition_of, definitions_in

MAX_ATTRIBUTES = 100


def attribute_json(definition: AttributeDefinition) -> dict[str, Any]:
    """An attribute as the workspace's list shows it."""
    return {
        "key": definition.key,
        "name": definition.name,
        "type": definition.type,
        "options": definition.options,
    }


def create_attribute(
    session: AnySession, member: WorkspaceMember, asked: Mapping[str, Any]
) -> AttributeDefinition:
    """The new attribute, or the one of this key and type that was put away, with its values.

    The caller commits. Raises AlreadyExistsError, ValidationFailedError.
    """
    _check_options(asked["type"], asked.get("options"))
    if len(definitions_in(session, member.workspace_id)) >= MAX_ATTRIBUTES:
        raise ValidationFailedError(errors={"key": [f"A workspace has at most {MAX_ATTRIBUTES}."]})
    definition = definition_of(session, member.workspace_id, asked["key"], lock=True)
    if definition is None:
        definition = AttributeDefinition(
            workspace_id=member.workspace_id, created_by=member.user_id, key=asked["key"], type=asked["type"]
        )
    elif definition.archived_at is None or definition.type != asked["type"]:
        raise _taken(definition)
    definition.name, definition.options = asked["name"], asked.get("options")
    definition.archived_at = None
    try:
        with session.begin_nested():
            session.add(definition)
            session.flush()
    except IntegrityError as error:
        raise _taken(definition) from error
    publish_catalog(session, member.workspace_id, Catalog.ATTRIBUTES)
    return definition


def change_attribute(
    session: AnySession, member: WorkspaceMember, key: str, changes: Mapping[str, Any]
) -> AttributeDefinition:
    """Rename it, or offer other options; what was chosen before stays. The caller commits.

    Its key and type stay, as others rely on them. Raises NotFoundError, ValidationFailedError.
    """
    definition = access_attribute(session, member.workspace_id, key)
    if "options" in changes:
        _check_options(definition.type, changes["options"])
        definition.options = changes["options"]
    definition.name = changes.get("name", definition.name)
    session.flush()
    publish_catalog(session, member.workspace_id, Catalog.ATTRIBUTES)
    return definition


def archive_attribute(session: AnySession, member: WorkspaceMember, key: str) -> None:
    """Put it away: nobody is shown its values any more, and they are kept. The caller commits.

    Raises NotFoundError.
    """
    access_attribute(session, member.workspace_id, key).archived_at = clock.now()
    session.flush()
    publish_catalog(session, member.workspace_id, Catalog.ATTRIBUTES)


def access_attribute(session: AnySession, workspace_id: UUID, key: str) -> AttributeDefinition:
    """The attribute in use with this key, locked; raises NotFoundError."""
    known = key.replace("\x00", "")
    definition = definition_of(session, workspace_id, known, lock=True) if known == key else None
    if definition is None or definition.archived_at is not None:
        raise NotFoundError("There is no such attribute.")
    return definition


def _check_options(kind: str, options: list[str] | None) -> None:
    if kind == AttributeType.LIST:
        if not options:
            raise ValidationFailedError(errors={"options": ["Give what there is to choose from."]})
        if len(set(options)) < len(options):
            raise ValidationFailedError(errors={"options": ["An option stands here twice."]})
    elif options is not None:
        raise ValidationFailedError(errors={"options": ["Only a list has options."]})


def _taken(definition: AttributeDefinition) -> AlreadyExistsError:
    if definition.archived_at is not None:
        return AlreadyExistsError("An attribute of another type, which was put away, has this key.")
    return AlreadyExistsError("There is an attribute with this key.")

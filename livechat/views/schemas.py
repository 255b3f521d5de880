"""Schemas of saved views' routes: bodies and answers."""

from typing import Any

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import OneOf

from livechat.inbox.inbox_filter import Sort
from livechat.inbox.schemas import InboxFilterSchema
from livechat.team.schemas import Name
from livechat.web.schemas import AnswerSchema, moment, opaque_id, string

VISIBILITIES = ("private", "team", "all")
_SORTS = [each.value for each in Sort]
_FILTER = "Parameters of `GET /conversations`, without `sort`, `limit` and `cursor`."


class _Filter(fields.Dict):
    """Kept as it was given, once the list's own schema has taken it: there is no second language."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        given: dict[str, Any] = super()._deserialize(value, *args, **kwargs)  # type: ignore[no-untyped-call]
        InboxFilterSchema(unknown=ma.RAISE).load(given)
        return given


def _visibility(**options: Any) -> fields.String:
    return fields.String(
        validate=OneOf(VISIBILITIES),
        metadata={"description": "Who is offered it. What they see in it stays their own."},
        **options,
    )


class ViewChangesSchema(ma.Schema):
    name = Name(metadata={"example": "Refunds that wait"})
    visibility = _visibility()
    team_id = opaque_id("The team that is offered it, with visibility `team`.", allow_none=True)
    filter = _Filter(metadata={"description": _FILTER, "example": {"scope": "mine", "waiting": True}})
    sort = fields.String(validate=OneOf(_SORTS))


class NewViewSchema(ViewChangesSchema):
    name = Name(required=True, metadata={"example": "Refunds that wait"})
    visibility = _visibility(load_default="private")
    filter = _Filter(
        required=True, metadata={"description": _FILTER, "example": {"scope": "mine", "waiting": True}}
    )
    sort = fields.String(load_default=Sort.RECENT.value, validate=OneOf(_SORTS))


class ViewSchema(AnswerSchema):
    id = string()
    name = string(example="Refunds that wait")
    visibility = fields.String(required=True, validate=OneOf(VISIBILITIES))
    team_id = string(nullable=True)
    owner_user_id = string("Who made it.")
    filter = fields.Dict(required=True, metadata={"description": _FILTER})
    sort = fields.String(required=True, validate=OneOf(_SORTS))
    created_at = moment("When it was made.")
    updated_at = moment("When it was changed last.")


class ViewsSchema(AnswerSchema):
    views = fields.List(fields.Nested(ViewSchema), required=True, metadata={"description": "By name."})

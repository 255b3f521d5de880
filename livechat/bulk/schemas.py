"""Schemas of bulk actions: what they take, and how far they are."""

from typing import Any

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf

from livechat.bulk.start_bulk import MOST
from livechat.domain import clock
from livechat.domain.team.conversation_status import ConversationStatus, SnoozeKind
from livechat.handling.change_status import check_standing
from livechat.inbox.schemas import InboxFilterSchema
from livechat.web.schemas import AnswerSchema, moment, opaque_id, page_limit, string

# {action: (the fields that it needs, those that it may have)}
FIELDS: dict[str, tuple[set[str], set[str]]] = {
    "assign": ({"assignee_id"}, {"team_id", "expected"}),
    "status": ({"status"}, {"snoozed_until", "snooze_kind"}),
    "resolve": (set(), set()),
    "reopen": (set(), set()),
    "snooze": (set(), {"snoozed_until", "snooze_kind"}),
    "add_label": ({"label_id"}, set()),
    "remove_label": ({"label_id"}, set()),
    "read": (set(), set()),
}


# Short for the action `status`.
_STATUSES = {"resolve": "resolved", "reopen": "open", "snooze": "snoozed"}


class ExpectedOfAllSchema(ma.Schema):
    assignee_id = opaque_id(
        "Only those that are still this member's; null: nobody's.", required=True, allow_none=True
    )


class BulkSchema(ma.Schema):
    action = fields.String(
        required=True,
        validate=OneOf(list(FIELDS)),
        metadata={"description": "`read` is for you alone: no customer gets blue ticks by it."},
    )
    ids = fields.List(
        fields.String(),
        validate=Length(min=1, max=MOST, error=f"Give 1 to {MOST} conversations."),
        metadata={"description": "Conversations. Agents may name 500, admins 10,000."},
    )
    filter = fields.Nested(
        InboxFilterSchema,
        unknown=ma.RAISE,
        metadata={
            "description": "In place of `ids`: what the list would show, with the same parameters. What "
            "matches now is meant, and nothing that comes later."
        },
    )
    assignee_id = opaque_id("For `assign`: the member; null: nobody.", allow_none=True)
    team_id = opaque_id("For `assign`: a team; null: none. Left out: as it was.", allow_none=True)
    status = fields.String(
        validate=OneOf([each.value for each in ConversationStatus]),
        metadata={
            "description": "For `status`; `resolve`, `reopen` and `snooze` say it by their names. Where "
            "something was said after you asked, the conversation is neither resolved nor snoozed."
        },
    )
    snoozed_until = fields.AwareDateTime(
        format="iso", metadata={"description": "For a snooze: a time to come, with its offset."}
    )
    snooze_kind = fields.String(
        validate=OneOf([each.value for each in SnoozeKind]),
        metadata={"description": "For a snooze: what ends it, as for one conversation."},
    )
    label_id = opaque_id("For `add_label` and `remove_label`.")
    expected = fields.Nested(ExpectedOfAllSchema, metadata={"description": "For `assign`."})

    @ma.validates_schema(skip_on_field_errors=True)
    def _fits(self, data: dict[str, Any], **_: object) -> None:
        if ("ids" in data) == ("filter" in data):
            raise ma.ValidationError({"ids": ["Give either ids or a filter."]})
        needed, possible = FIELDS[data["action"]]
        given = data.keys() - {"action", "ids", "filter"}
        wrong = {name: ["This action needs it."] for name in needed - given}
        wrong |= {name: ["This action does not take it."] for name in given - needed - possible}
        if wrong:
            raise ma.ValidationError(wrong)


def action_of(asked: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The action, and what of the body is its own, as JSON. Raises ValidationFailedError."""
    action: str = asked["action"]
    parameters = {name: value for name, value in asked.items() if name not in ("action", "ids", "filter")}
    if action in _STATUSES:
        action, parameters["status"] = "status", _STATUSES[action]
    if action == "status":
        until, kind = parameters.get("snoozed_until"), parameters.get("snooze_kind")
        standing = check_standing(parameters["status"], until, kind, clock.now())
        parameters = {"status": standing.status, **(standing.snooze or {})}
    return action, parameters


class JobSchema(AnswerSchema):
    id = string()
    action = string(example="assign")
    state = fields.String(required=True, validate=OneOf(["queued", "running", "done"]))
    total = fields.Integer(required=True)
    done = fields.Integer(required=True)
    skipped = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    operation_id = string("Of all that it changes; to undo it by.")
    created_at = moment("When it was asked for.")
    finished_at = moment("When each conversation had its outcome.", nullable=True)


class StartedSchema(AnswerSchema):
    job = fields.Nested(JobSchema, required=True)


STATES = ["pending", "done", "skipped", "failed"]


class ItemsQuerySchema(ma.Schema):
    state = fields.List(
        fields.String(validate=OneOf(STATES)),
        metadata={"description": "Only items in this state; given several times, in one of these."},
    )
    limit = page_limit()
    cursor = opaque_id("`next_cursor` of the page before.")


class ItemSchema(AnswerSchema):
    conversation_id = string()
    state = fields.String(required=True, validate=OneOf(STATES))
    reason = string("Why it was skipped: the code of a problem.", nullable=True, example="not_found")


class ItemsSchema(AnswerSchema):
    items = fields.List(fields.Nested(ItemSchema), required=True)
    next_cursor = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "For the next page; null: this was the last."},
    )

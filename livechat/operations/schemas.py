"""Schemas of the routes for owners of numbers: activity, the ledger, replays, sends that need attention."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf

from livechat.conversations.object_schemas import MessageSchema
from livechat.operations.alarms import CODES
from livechat.web.schemas import AnswerSchema, moment, opaque_id, page_limit, string

_PHONE_NUMBER_ID = "Meta's id of one of the numbers that you own."
_OUTCOMES = ("stored", "duplicate", "ignored", "failed")
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", flags=re.ASCII)


class Moment(fields.String):
    """A field for an RFC 3339 time with its offset; it loads an aware UTC time."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            if not _RFC_3339.fullmatch(text):
                raise ValueError("of another form")
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise ma.ValidationError("Give a time by RFC 3339, such as 2026-11-22T10:00:00Z.") from error


def _time(description: str, **options: Any) -> Moment:
    return Moment(
        metadata={"description": description, "format": "date-time", "example": "2026-11-22T10:00:00Z"},
        **options,
    )


class _RangeSchema(ma.Schema):
    phone_number_id = opaque_id(_PHONE_NUMBER_ID, required=True)

    @ma.validates_schema
    def _since_comes_first(self, data: dict[str, Any], **_: object) -> None:
        since, until = data.get("since"), data.get("until")
        if since is not None and until is not None and since >= until:
            raise ma.ValidationError({"until": ["Give a time after since."]})


class ActivityQuerySchema(_RangeSchema):
    since = _time("Widened to the full hour; left out: 24 hours before until.")
    until = _time("Widened to the full hour; left out: now. At most 31 days after since.")


def _count(description: str | None = None) -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": description} if description else {})


class SendCountsSchema(AnswerSchema):
    accepted = _count("The sum of the others: each stands in one of these states now.")
    sent = _count()
    delivered = _count()
    read = _count()
    failed = _count()
    # ``unknown`` is a class attribute of every schema, so the field cannot be declared by its name.
    locals()["unknown"] = _count("Meta may or may not have taken them.")
    queued = _count("Waiting or on their way.")


class TotalsSchema(AnswerSchema):
    received = _count("Items of webhooks: stored + duplicate + all ignored + failed.")
    stored = _count()
    duplicate = _count("Stored before: Meta repeats.")
    ignored = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "By reason.", "example": {"not_for_inbox:flows": 2}},
    )
    failed = _count("At their first run; a replay may have stored them since.")
    sends = fields.Nested(SendCountsSchema, required=True)


class HourSchema(TotalsSchema):
    hour = moment("Its beginning.")


class LatencySchema(AnswerSchema):
    p50 = fields.Integer(required=True, allow_none=True)
    p95 = fields.Integer(required=True, allow_none=True)
    max = fields.Integer(required=True, allow_none=True)


class AlarmSchema(AnswerSchema):
    code = fields.String(required=True, validate=OneOf(CODES))
    detail = string("A sentence.")
    since = moment("When it began.")


class ActivitySchema(AnswerSchema):
    phone_number_id = string()
    since = moment("Inclusive, a full hour.")
    until = moment("Exclusive, a full hour.")
    hours = fields.List(
        fields.Nested(HourSchema), required=True, metadata={"description": "Every hour; the oldest first."}
    )
    totals = fields.Nested(TotalsSchema, required=True)
    latency_ms = fields.Nested(
        LatencySchema,
        required=True,
        metadata={
            "description": "From Meta's time (full seconds) to storing, of customers' messages of the range; "
            "of the conversations that spoke last where there are more than 50,000. Null: there are none."
        },
    )
    alarms = fields.List(
        fields.Nested(AlarmSchema), required=True, metadata={"description": "Now, whatever the range."}
    )


class WebhookEventsQuerySchema(_RangeSchema):
    outcome = fields.String(
        validate=OneOf([*_OUTCOMES, "waiting"]),
        metadata={"description": "With an item that stands so now; waiting: not run yet."},
    )
    since = _time("Received at this time or later.")
    until = _time("Received before this time.")
    limit = page_limit()
    cursor = opaque_id("`next_cursor` of the page before.", validate=Length(max=200))


class WebhookItemSchema(AnswerSchema):
    kind = string("What the item is.", example="ThreadMessage")
    outcome = fields.String(
        required=True,
        validate=OneOf(_OUTCOMES),
        metadata={"description": "How it stands now: as the first run left it, or a replay has mended it."},
    )
    reason = string("Why it was ignored or failed.", nullable=True)
    message_id = string("The message that it became.", nullable=True)
    first_outcome = fields.String(
        required=True,
        allow_none=True,
        validate=OneOf([*_OUTCOMES, None]),
        metadata={"description": "At the first run; null where that did not see the item."},
    )


class WebhookEventSchema(AnswerSchema):
    id = string()
    received_at = moment("When we acknowledged it.")
    phone_number_id = string("The number of yours that it is about, the first where there are several.")
    state = fields.String(required=True, validate=OneOf(["waiting", "done", "failed"]))
    items = fields.List(
        fields.Nested(WebhookItemSchema),
        required=True,
        metadata={"description": "Those about numbers of yours; empty while it waits."},
    )
    replayed_at = moment("The last replay.", nullable=True)


class WebhookEventWithBodySchema(WebhookEventSchema):
    body = fields.Raw(
        required=True,
        allow_none=True,
        metadata={
            "type": "object",
            "description": "What Meta sent about numbers of yours; null where it cannot be shown as JSON.",
        },
    )


class WebhookEventsSchema(AnswerSchema):
    webhook_events = fields.List(
        fields.Nested(WebhookEventSchema), required=True, metadata={"description": "The newest comes first."}
    )
    next_cursor = string("For the next page; null: this was the last.", nullable=True)


class ReplaySchema(_RangeSchema):
    class Meta:
        unknown = ma.EXCLUDE

    since = _time("Received at this time or later.", allow_none=True)
    until = _time("Received before this time.", allow_none=True)
    outcome = fields.String(
        allow_none=True,
        validate=OneOf([*_OUTCOMES, None]),
        metadata={"description": "With an item that stands so now."},
    )


class ReplayedSchema(AnswerSchema):
    replayed = _count("Webhooks that ran.")
    stored = _count("Items that are stored now and were not before.")
    duplicate = _count("Items that were stored already.")
    ignored = _count()
    failed = _count()


class ReplayAcceptedSchema(AnswerSchema):
    accepted = fields.Boolean(required=True, metadata={"description": "There are many: a task runs them."})


class AttentionQuerySchema(ma.Schema):
    phone_number_id = opaque_id(_PHONE_NUMBER_ID, required=True)
    limit = page_limit()
    cursor = opaque_id("`next_cursor` of the page before.", validate=Length(max=200))


class CustomerSchema(AnswerSchema):
    id = string("The conversation.")
    customer_phone = string("Digits; null for a customer known by a business-scoped id.", nullable=True)
    customer_user_id = string("The customer's business-scoped id.", nullable=True)
    customer_username = string(nullable=True)
    customer_name = string(nullable=True, example="Asha Kulkarni")


class AttentionMessageSchema(MessageSchema):
    conversation = fields.Nested(
        CustomerSchema, required=True, metadata={"description": "Whom it was written to."}
    )
    resent_as = string("The id of the message that was sent in its place since.", nullable=True)


class AttentionSchema(AnswerSchema):
    messages = fields.List(
        fields.Nested(AttentionMessageSchema),
        required=True,
        metadata={"description": "The newest comes first."},
    )
    next_cursor = string("For the next page; null: this was the last.", nullable=True)

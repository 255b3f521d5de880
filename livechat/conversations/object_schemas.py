"""Schemas of the objects in docs/contract.md section 3, for the documentation.

``conversations.present`` writes the objects. A test dumps what it writes through these schemas, so that the
two cannot drift apart.
"""

from marshmallow import fields
from marshmallow.validate import OneOf

from livechat.domain.status import MessageStatus
from livechat.domain.team.conversation_status import ConversationStatus
from livechat.web.schemas import AnswerSchema, moment, string


class MessageErrorSchema(AnswerSchema):
    code = fields.Integer(required=True, allow_none=True, metadata={"description": "Meta's numeric code."})
    title = string(nullable=True)
    detail = string("A sentence for the agent.", nullable=True)
    retryable = fields.Boolean(required=True)


class ReactionSchema(AnswerSchema):
    # ``from`` is a keyword of Python.
    locals()["from"] = fields.String(required=True, validate=OneOf(["customer", "business"]))
    emoji = string(example="👍")


class ActorSchema(AnswerSchema):
    kind = fields.String(required=True, validate=OneOf(["member", "api_key", "system"]))
    id = string(nullable=True)
    name = string("As the workspace calls them today.", nullable=True)


class MessageSchema(AnswerSchema):
    id = string()
    conversation_id = string()
    wamid = string("Meta's id; null until Meta has taken the message.", nullable=True)
    direction = fields.String(required=True, validate=OneOf(["inbound", "outbound"]))
    origin = fields.String(
        required=True,
        validate=OneOf(["customer", "livechat", "phone_app", "history", "standby", "event"]),
        metadata={
            "description": "Where it was written: by the customer, here, in the WhatsApp Business app "
            "(phone_app), before the number was connected (history), while Meta's own agent held the "
            "conversation (standby), or by nobody (event)."
        },
    )
    message_type = string("Meta's word.", example="text")
    text = string("What a person reads in a list; null where there is none.", nullable=True)
    content = fields.Dict(
        required=True,
        metadata={
            "description": "The typed part under Meta's own field names; `media` for a message with a file.",
            "example": {"text": {"body": "Hi, is my order ready?"}},
        },
    )
    status = fields.String(required=True, validate=OneOf([status.value for status in MessageStatus]))
    error = fields.Nested(MessageErrorSchema, required=True, allow_none=True)
    timestamp = moment("Meta's time for inbound, acceptance by us for outbound.")
    sent_at = moment("When Meta took it.", nullable=True)
    delivered_at = moment("When it reached a device.", nullable=True)
    read_at = moment("When the customer read it.", nullable=True)
    failed_at = moment("When it failed.", nullable=True)
    client_message_id = string("As the sender gave it.", nullable=True)
    sent_by = fields.Nested(
        ActorSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Null for inbound messages, echoes and history."},
    )
    reply_to = string("The id of the message that this one answers.", nullable=True)
    resend_of = string("The id of the message that this one sends once more.", nullable=True)
    reactions = fields.List(fields.Nested(ReactionSchema), required=True)


class DraftSchema(AnswerSchema):
    text = string("What you have begun to write.")
    reply_to = string("The id of the message that it will answer.", nullable=True)
    updated_at = moment("When it was stored.")


class ConversationLabelSchema(AnswerSchema):
    id = string()
    name = string(example="Refund")
    colour = string(example="#b91c1c")


class AssigneeSchema(AnswerSchema):
    user_id = string()
    name = string("As the workspace calls them.", nullable=True)


class AssignedTeamSchema(AnswerSchema):
    id = string()
    name = string()


class ChangeSchema(AnswerSchema):
    id = string()
    operation_id = string("Shared by all that one act changed.")
    conversation_id = string()
    at = moment("When it was changed.")
    actor = fields.Nested(ActorSchema, required=True)
    field = fields.String(
        required=True,
        validate=OneOf(["assignee", "team", "status", "snooze", "priority", "label", "person", "watcher"]),
    )
    # ``from`` is a keyword of Python.
    locals()["from"] = fields.Raw(
        required=True,
        allow_none=True,
        metadata={
            "description": "As the conversation shows it: an assignee, a team or a label with its name, a "
            "status, a snooze `{snoozed_until, snooze_kind}`, of a person the name `{name}` or an attribute "
            "`{attribute: {key, name}, value}`; null: there was none."
        },
    )
    to = fields.Raw(required=True, allow_none=True, metadata={"description": "The same, from then on."})
    cause = fields.String(
        required=True,
        validate=OneOf(
            ["user", "api", "rule", "assigner", "inbound", "sweep", "member_removed", "merge", "undo"]
        ),
    )


class ConversationSchema(AnswerSchema):
    id = string()
    user_id = string("The owner.")
    phone_number_id = string("Our number.")
    customer_phone = string("Digits; null for a customer known by a business-scoped id.", nullable=True)
    customer_user_id = string("The customer's business-scoped id.", nullable=True)
    customer_username = string(nullable=True)
    customer_name = string(nullable=True, example="Asha Kulkarni")
    last_message = fields.Nested(MessageSchema, required=True, allow_none=True)
    last_message_time = moment("The list is sorted by it.", nullable=True)
    unread_count = fields.Integer(required=True, metadata={"description": "The team's, whoever reads."})
    my_unread_count = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "Yours alone. Null in events, which several people share: there it is "
            "`counted_total` less the `read_total` that you were told last."
        },
    )
    counted_total = fields.Integer(
        required=True, metadata={"description": "All messages that were ever unread. It never falls."}
    )
    read_total = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "How many of them you have read; null in events, as `my_unread_count`."},
    )
    waiting_since = moment(
        "Since when the team owes an answer: the first message after its last one. Null: it does not.",
        nullable=True,
    )
    window_expires_at = moment("When the customer service window closes; null: none is open.", nullable=True)
    draft = fields.Nested(
        DraftSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Yours alone: other members are shown their own."},
    )
    marketing_opt_out = fields.Boolean(
        required=True, metadata={"description": "The customer has stopped marketing messages."}
    )
    is_blocked = fields.Boolean(required=True, metadata={"description": "Your business has blocked them."})
    labels = fields.List(
        fields.Nested(ConversationLabelSchema), required=True, metadata={"description": "By name."}
    )
    workspace_id = string("The workspace that has the number.")
    assignee = fields.Nested(
        AssigneeSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The member whose conversation it is; null: nobody's."},
    )
    team = fields.Nested(AssignedTeamSchema, required=True, allow_none=True)
    status = fields.String(
        required=True,
        validate=OneOf([status.value for status in ConversationStatus]),
        metadata={"description": "The conversation's, as the team put it; a message has another."},
    )
    snoozed_until = moment("Until when it is snoozed; null: it is not, or until the reply.", nullable=True)
    version = fields.Integer(
        required=True,
        metadata={
            "description": "Rises with each change by the team, and never falls; messages do not move it."
        },
    )

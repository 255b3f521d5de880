"""Schemas of the inbox: what its routes take and answer."""

from typing import Any

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf, Regexp

from livechat.conversations.object_schemas import ConversationSchema
from livechat.inbox.inbox_filter import STATUSES, Scope, Sort, Unread, Window
from livechat.web.schemas import AnswerSchema, opaque_id, page_limit


class WhoseUnread(fields.Boolean):
    """True: the team's; ``mine``: the reader's; false: no matter."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value == Unread.MINE.value:
            return Unread.MINE
        return Unread.SHARED if super()._deserialize(value, attr, data, **kwargs) else None


def _count(whose: str) -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": f"{whose} 1000 stands for more, too."})


class InboxPlaceSchema(ma.Schema):
    """Whose conversations: of a number, of a workspace, of all that the caller sees."""

    phone_number_id = opaque_id("Meta's id of one of your numbers. Left out: all that you see.")
    workspace_id = opaque_id("One of your workspaces. Left out: all of them.")


class InboxFilterSchema(InboxPlaceSchema):
    """What the list is narrowed to: as parameters of the list, and as the `filter` of a bulk action."""

    scope = fields.String(
        load_default=Scope.ALL.value,
        validate=Regexp(
            r"(all|mine|unassigned|watching|team:.*)\Z", error="Give one of those that are named."
        ),
        metadata={
            "description": "`all` that you see, `mine`, `unassigned`, `watching` (those you follow), or "
            "`team:<id>`."
        },
    )
    status = fields.String(
        validate=OneOf(STATUSES), metadata={"description": "Left out: whatever their status."}
    )
    label = fields.List(
        fields.String(),
        load_default=list,
        validate=Length(max=20),
        metadata={"description": "The id of a label; repeated: only what wears every one of them."},
    )
    waiting = fields.Boolean(
        metadata={"description": "Whether the team owes an answer. Left out: either way."},
    )
    unread = WhoseUnread(
        load_default=None,
        metadata={
            "description": "`true`: with messages that nobody read; `mine`: that you have not read.",
            "type": "string",
            "enum": ["true", "false", "mine"],
        },
    )
    window = fields.String(
        validate=OneOf([each.value for each in Window]),
        metadata={"description": "The customer service window. `closing`: it is open, for less than 2 h."},
    )
    search = fields.String(
        validate=Length(min=1, max=100), metadata={"description": "Part of a name, username or phone number."}
    )


class ConversationsQuerySchema(InboxFilterSchema):
    user_id = opaque_id("May be left out; else it must be the token's user.")
    limit = page_limit()
    cursor = opaque_id("`next_cursor` of the page before.", validate=Length(max=200))
    sort = fields.String(
        load_default=Sort.RECENT.value,
        validate=OneOf([each.value for each in Sort]),
        metadata={
            "description": "`recent`: the latest message first. `waiting`: who has waited longest first. "
            "`closing`: whose window closes next first. What waits for nothing, or has no window open, "
            "comes behind, the latest first."
        },
    )


class CountsSchema(AnswerSchema):
    """Of what is open and visible."""

    mine = _count("Yours.")
    unassigned = _count("Nobody's.")
    all = _count("All.")
    waiting = _count("Those in which the team owes an answer.")
    closing = _count("Those whose window closes within 2 h.")
    mine_unread = _count("Yours that you have not read.")


class ConversationsSchema(AnswerSchema):
    conversations = fields.List(fields.Nested(ConversationSchema), required=True)
    next_cursor = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "For the next page; null: this was the last."},
    )

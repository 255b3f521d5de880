"""Columns and constraints. Workflows live in ``services``, statements in ``queries``."""

from livechat.models.account import AccountMember, AccountNotice, PhoneNumber, WabaAccount
from livechat.models.conversation import (
    NEVER_LEFT,
    Conversation,
    ConversationAlias,
    ConversationFormerId,
    ConversationOtherId,
    WaitingName,
)
from livechat.models.draft import Draft
from livechat.models.media import Media, MediaUpload, MessageCardFile, MessageMedia
from livechat.models.message import Message, MessageChange, MessageReaction, MessageStatusEvent
from livechat.models.template import MessageTemplate
from livechat.models.webhook_event import AccountEvent, WebhookCount, WebhookEvent

__all__ = [
    "NEVER_LEFT",
    "AccountEvent",
    "AccountMember",
    "AccountNotice",
    "Conversation",
    "ConversationAlias",
    "ConversationFormerId",
    "ConversationOtherId",
    "Draft",
    "Media",
    "MediaUpload",
    "Message",
    "MessageCardFile",
    "MessageChange",
    "MessageMedia",
    "MessageReaction",
    "MessageStatusEvent",
    "MessageTemplate",
    "PhoneNumber",
    "WabaAccount",
    "WaitingName",
    "WebhookCount",
    "WebhookEvent",
]

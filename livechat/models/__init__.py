"""Columns and constraints. Workflows live in ``services``, statements in ``queries``."""

from livechat.models.account import AccountMember, PhoneNumber, WabaAccount
from livechat.models.conversation import Conversation, ConversationAlias, ConversationFormerId
from livechat.models.draft import Draft
from livechat.models.message import Message, MessageChange, MessageReaction, MessageStatusEvent
from livechat.models.webhook_event import AccountEvent, WebhookEvent

__all__ = [
    "AccountEvent",
    "AccountMember",
    "Conversation",
    "ConversationAlias",
    "ConversationFormerId",
    "Draft",
    "Message",
    "MessageChange",
    "MessageReaction",
    "MessageStatusEvent",
    "PhoneNumber",
    "WabaAccount",
    "WebhookEvent",
]

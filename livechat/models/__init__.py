"""Columns and constraints. Workflows live in ``services``, statements in ``queries``."""

from livechat.models.accounts.waba_account import AccountMember, AccountNotice, PhoneNumber, WabaAccount
from livechat.models.conversations.conversation import (
    NEVER_LEFT,
    Conversation,
    ConversationAlias,
    ConversationFormerId,
    ConversationOtherId,
    WaitingName,
)
from livechat.models.conversations.draft import Draft
from livechat.models.files.media import Media, MediaUpload, MessageCardFile, MessageMedia
from livechat.models.ledger.webhook_event import AccountEvent, WebhookCount, WebhookEvent
from livechat.models.message_template import MessageTemplate
from livechat.models.messages.message import Message, MessageChange, MessageReaction, MessageStatusEvent

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

"""Columns and constraints. The statements stand in the rooms that use them."""

from livechat.models.accounts.account_member import AccountMember
from livechat.models.accounts.account_notice import AccountNotice
from livechat.models.accounts.phone_number import PhoneNumber
from livechat.models.accounts.waba_account import WabaAccount
from livechat.models.bulk.bulk_item import BulkItem
from livechat.models.bulk.bulk_job import BulkJob
from livechat.models.canned.canned_reply import CannedReply
from livechat.models.canned.canned_reply_media import CannedReplyMedia
from livechat.models.conversations.alias import ConversationAlias
from livechat.models.conversations.change import ConversationChange
from livechat.models.conversations.conversation import Conversation
from livechat.models.conversations.draft import Draft
from livechat.models.conversations.episode import Episode
from livechat.models.conversations.former_id import ConversationFormerId
from livechat.models.conversations.other_id import NEVER_LEFT, ConversationOtherId
from livechat.models.conversations.read import ConversationRead
from livechat.models.conversations.waiting_name import WaitingName
from livechat.models.conversations.watcher import ConversationWatcher
from livechat.models.files.media import Media
from livechat.models.files.media_upload import MediaUpload
from livechat.models.files.message_card_file import MessageCardFile
from livechat.models.files.message_media import MessageMedia
from livechat.models.labels.conversation_label import ConversationLabel
from livechat.models.labels.label import Label
from livechat.models.ledger.account_event import AccountEvent
from livechat.models.ledger.webhook_count import WebhookCount
from livechat.models.ledger.webhook_event import WebhookEvent
from livechat.models.macros.macro import Macro
from livechat.models.message_template import MessageTemplate
from livechat.models.messages.message import Message
from livechat.models.messages.message_change import MessageChange
from livechat.models.messages.message_reaction import MessageReaction
from livechat.models.messages.status_event import MessageStatusEvent
from livechat.models.notes.note import Note
from livechat.models.notes.note_mention import NoteMention
from livechat.models.notes.note_version import NoteVersion
from livechat.models.notifications.notification import Notification
from livechat.models.people.attribute_definition import AttributeDefinition
from livechat.models.people.person import Person
from livechat.models.people.person_conversation import PersonConversation
from livechat.models.people.person_id import PersonId
from livechat.models.reminders.reminder import Reminder
from livechat.models.scheduled.scheduled_message import ScheduledMessage
from livechat.models.views.saved_view import SavedView
from livechat.models.workspaces.assignment_rule import AssignmentRule
from livechat.models.workspaces.availability_change import AvailabilityChange
from livechat.models.workspaces.idempotency_key import IdempotencyKey
from livechat.models.workspaces.invitation import Invitation
from livechat.models.workspaces.member_number import MemberNumber
from livechat.models.workspaces.team import Team
from livechat.models.workspaces.team_member import TeamMember
from livechat.models.workspaces.workspace import Workspace
from livechat.models.workspaces.workspace_member import WorkspaceMember

__all__ = [
    "NEVER_LEFT",
    "AccountEvent",
    "AccountMember",
    "AccountNotice",
    "AssignmentRule",
    "AttributeDefinition",
    "AvailabilityChange",
    "BulkItem",
    "BulkJob",
    "CannedReply",
    "CannedReplyMedia",
    "Conversation",
    "ConversationAlias",
    "ConversationChange",
    "ConversationFormerId",
    "ConversationLabel",
    "ConversationOtherId",
    "ConversationRead",
    "ConversationWatcher",
    "Draft",
    "Episode",
    "IdempotencyKey",
    "Invitation",
    "Label",
    "Macro",
    "Media",
    "MediaUpload",
    "MemberNumber",
    "Message",
    "MessageCardFile",
    "MessageChange",
    "MessageMedia",
    "MessageReaction",
    "MessageStatusEvent",
    "MessageTemplate",
    "Note",
    "NoteMention",
    "NoteVersion",
    "Notification",
    "Person",
    "PersonConversation",
    "PersonId",
    "PhoneNumber",
    "Reminder",
    "SavedView",
    "ScheduledMessage",
    "Team",
    "TeamMember",
    "WabaAccount",
    "WaitingName",
    "WebhookCount",
    "WebhookEvent",
    "Workspace",
    "WorkspaceMember",
]

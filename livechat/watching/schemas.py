"""What the routes of watchers answer."""

from livechat.conversations.object_schemas import ConversationSchema
from livechat.web.schemas import string


class WatchedConversationSchema(ConversationSchema):
    operation_id = string("Of this change; nothing where it was so already.")

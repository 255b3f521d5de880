"""What an agent asks to be sent: checked against Meta's published limits, and made comparable by a digest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from livechat.core.errors import ValidationFailedError
from livechat.domain.phone import InvalidPhoneError, canonical_phone
from livechat.whatsapp.sending import outgoing

# Meta's names for the types that its send call takes. The part of each stands under the same name
# (docs/meta/cloud-api.md section 7.2).
PART_TYPES = (
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "interactive",
    "template",
)
MEDIA_TYPES = frozenset({"image", "video", "audio", "document", "sticker"})
TEXT_MAX_UNITS = 4096
KEY_MAX_CHARS = 255


@dataclass(frozen=True, slots=True)
class SendRequest:
    """A well-formed request. Exactly one of ``to`` (digits) and ``conversation_id`` is given."""

    phone_number_id: str
    to: str | None
    conversation_id: str | None
    message_type: str
    part: Any
    reply_to: str | None
    client_message_id: str | None
    idempotency_key: str | None
    # What the agent saw of the conversation, by name: ``assignee_id``, ``last_message_id``.
    expected: Mapping[str, UUID | None] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of what was asked for: without the Idempotency-Key header, which only names the request.

        Nor is it another request where the agent has seen more of the conversation meanwhile.
        """
        asked = {
            "phone_number_id": self.phone_number_id,
            "to": self.to,
            "conversation_id": self.conversation_id,
            "message_type": self.message_type,
            "part": self.part,
            "reply_to": self.reply_to,
            "client_message_id": self.client_message_id,
        }
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    @property
    def needs_window(self) -> bool:
        """Whether the customer service window must be open. Only templates may be sent outside it."""
        return self.message_type != "template"


def check_send(fields: Mapping[str, Any], idempotency_key: str | None) -> SendRequest:
    """The request in these fields of ``send-message``, by name; a field that is not given may be None.

    Raises ValidationFailedError, naming every field that is wrong.
    """
    errors: dict[str, list[str]] = {}
    to = _recipient(fields, errors)
    message_type = fields.get("message_type") or "text"
    part = _text_part(fields, errors) if message_type == "text" else _part(message_type, fields, errors)
    if message_type != "text" and fields.get("preview_url") is not None:
        errors["preview_url"] = ["Only a text shows a preview of its link."]
    if message_type == "reaction" and fields.get("reply_to") is not None:
        errors["reply_to"] = ["A reaction cannot quote a message."]
    for name, key in (
        ("client_message_id", fields.get("client_message_id")),
        ("Idempotency-Key", idempotency_key),
    ):
        if key is not None and not 0 < len(key) <= KEY_MAX_CHARS:
            errors[name] = [f"Give a key of 1 to {KEY_MAX_CHARS} characters."]
    if errors:
        raise ValidationFailedError(errors=errors)
    return SendRequest(
        phone_number_id=fields["phone_number_id"],
        to=to,
        conversation_id=fields.get("conversation_id"),
        message_type=message_type,
        part=part,
        reply_to=fields.get("reply_to"),
        client_message_id=fields.get("client_message_id"),
        idempotency_key=idempotency_key,
        expected=fields.get("expected") or {},
    )


def _recipient(fields: Mapping[str, Any], errors: dict[str, list[str]]) -> str | None:
    to, conversation_id = fields.get("to"), fields.get("conversation_id")
    if (to is None) == (conversation_id is None):
        errors["to"] = ["Give either to or conversation_id."]
    if to is None:
        return None
    try:
        return canonical_phone(to)
    except InvalidPhoneError as error:
        errors["to"] = [str(error)]
        return None


def _text_part(fields: Mapping[str, Any], errors: dict[str, list[str]]) -> dict[str, Any]:
    """The text, and whether its link is previewed: under our names, or under Meta's in ``text``.

    What was not asked for stays out, so that the digest of a request does not change with our defaults.
    """
    given = fields.get("text")
    if given is not None and not isinstance(given, dict):
        errors["text"] = ["Give an object."]
    meta = given if isinstance(given, dict) else {}
    field = "message" if fields.get("message") is not None or "body" not in meta else "text.body"
    message = fields.get("message") if field == "message" else meta["body"]
    if field == "message" and "body" in meta:
        errors["text.body"] = ["Give either message or this."]
    preview = fields.get("preview_url")
    asked = preview if preview is not None else meta.get("preview_url")
    if asked is not None and not isinstance(asked, bool):
        errors["preview_url" if preview is not None else "text.preview_url"] = ["Give true or false."]
    if not isinstance(message, str) or not message.strip():
        errors[field] = ["Write something to send."]
        return {}
    # Meta does not say how it counts characters, so an emoji counts as two (docs/meta/cloud-api.md section
    # 7.3).
    if len(message.encode("utf-16-le", "surrogatepass")) // 2 > TEXT_MAX_UNITS:
        errors[field] = [f"A message has at most {TEXT_MAX_UNITS} characters."]
    return {"body": message} | ({"preview_url": asked} if asked is not None else {})


def _part(message_type: str, fields: Mapping[str, Any], errors: dict[str, list[str]]) -> Any:
    if message_type not in PART_TYPES:
        errors["message_type"] = [f"This is not a type that can be sent: use text, {', '.join(PART_TYPES)}."]
        return None
    if fields.get("message") is not None:
        errors["message"] = [f"A message of type {message_type} takes {message_type} in place of message."]
    part = fields.get(message_type)
    if part is None:
        errors[message_type] = [f"A message of type {message_type} needs this part."]
        return None
    errors.update(outgoing.validate(message_type, part))
    return part

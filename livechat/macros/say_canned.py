"""The messages that a canned reply becomes when it is sent as it is, in their order."""

from collections.abc import Sequence
from typing import Any

from livechat.models import Conversation, Media
from livechat.outbound.send_request import SendRequest, check_send

# Of what may have a caption the first file takes the text.
_CAPTIONED = ("image", "video", "document")


def requests_for(
    conversation: Conversation, text: str, content: Any, files: Sequence[Media], key: str
) -> list[SendRequest]:
    """One for each message, as the page makes them of the reply; raises ValidationFailedError.

    The first has ``key`` as its idempotency key, the others that with their number.
    """
    words = text.strip()
    is_caption = bool(words) and bool(files) and files[0].kind in _CAPTIONED
    parts: list[dict[str, Any]] = []
    if words and not is_caption:
        parts.append({"message": words})
    for n, file in enumerate(files):
        kind = "audio" if file.kind == "voice" else file.kind
        caption = {"caption": words} if is_caption and n == 0 else {}
        parts.append({"message_type": kind, kind: {"media_id": str(file.id), **caption}})
    if content is not None:
        parts.append({"message_type": "interactive", "interactive": content})
    to = {"phone_number_id": conversation.phone_number_id, "conversation_id": str(conversation.id)}
    return [check_send({**to, **part}, f"{key}:{n}" if n else key) for n, part in enumerate(parts)]


def keys_of(run_id: object, steps: int, messages: int) -> list[str]:
    """Every key that messages of a run may have."""
    firsts = [step_key(run_id, step) for step in range(steps)]
    return firsts + [f"{first}:{n}" for first in firsts for n in range(1, messages)]


def step_key(run_id: object, step: int) -> str:
    """The idempotency key of what this step of the run sends."""
    return f"macro:{run_id}:{step}"

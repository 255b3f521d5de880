"""What is searched of a message: the text that a list shows, and what else a person reads of it."""

from collections.abc import Iterator
from typing import Any

from livechat.domain.words.tokens import tokens

# The parts of a content that people read, and in them the keys of what they read.
_PARTS = (
    "text",
    "media",
    "image",
    "video",
    "audio",
    "document",
    "location",
    "contacts",
    "interactive",
    "rendered",
    "button",
    "order",
    "system",
)
_READ = frozenset(
    {
        "address",
        "body",
        "caption",
        "company",
        "description",
        "display_text",
        "email",
        "filename",
        "footer",
        "formatted_name",
        "header",
        "name",
        "phone",
        "text",
        "title",
    }
)
_DEEPEST = 8


def searched_text(text: str | None, content: dict[str, Any]) -> str:
    """The message's text first, then captions, file names, places, cards and buttons that it does not say."""
    said = [text] if text else []
    if not (len(content) == 1 and "text" in content):
        known = set(said)
        for part in _PARTS:
            for each in _strings(content.get(part), _DEEPEST):
                if each not in known:
                    known.add(each)
                    said.append(each)
    return "\n".join(said)


def words_of(text: str | None, content: dict[str, Any]) -> list[str]:
    """The words that find the message."""
    return tokens(searched_text(text, content))


def _strings(value: Any, deep: int) -> Iterator[str]:
    if isinstance(value, list):
        items: Any = ((None, item) for item in value)
    elif isinstance(value, dict):
        items = value.items()
    else:
        return
    for key, item in items:
        if isinstance(item, str):
            if key in _READ and item:
                yield item
        elif deep:
            yield from _strings(item, deep - 1)

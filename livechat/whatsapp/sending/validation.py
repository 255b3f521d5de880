"""Whether a message can be sent at all: Meta's limits, as sentences by field, before a call is spent on it.

Source: Meta's pages per message type (read September 2026). Whether "characters" are code points or UTF-16
units is not documented. Units are counted, never fewer than code points (an emoji counts 2): what passes
here passes either way.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from livechat.whatsapp.content import MEDIA_TYPES
from livechat.whatsapp.sending.checks import Findings, degrees, is_filled, units
from livechat.whatsapp.sending.interactive import validate_interactive

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
_CARDS_LIMIT = 257
_EMOJI_UNITS = 64
_TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Za-z]{2,4})?")
_COMPONENTS = ("header", "body", "button", "carousel", "limited_time_offer", "order_status")
_CARD_COMPONENTS = ("header", "body", "button")
_CAPTIONED = frozenset({"image", "video", "document"})


def validate(message_type: str, part: Any) -> dict[str, list[str]]:
    """What is wrong with the typed part of an outgoing message, by field; empty where it can be sent.

    Fields are written as paths from the type (``text.body``, ``interactive.action.buttons``). A type that
    cannot be sent is an error of ``message_type``.
    """
    findings = Findings()
    check = _CHECKS.get(message_type)
    if check is None:
        known = ", ".join(sorted(_CHECKS))
        findings.add("message_type", f"Messages of this type cannot be sent. Give one of {known}.")
    elif message_type != "contacts" and not isinstance(part, dict):
        findings.add(message_type, "Give an object.")
    else:
        check(findings, part)
    return findings.errors


def _text(findings: Findings, part: dict[str, Any]) -> None:
    findings.text("text.body", part.get("body"), TEXT_LIMIT)
    if not isinstance(part.get("preview_url", False), bool | None):
        findings.add("text.preview_url", "Give true or false.")


def _media(message_type: str, findings: Findings, part: dict[str, Any]) -> None:
    """A file and what stands beside it."""
    findings.file(message_type, part)
    caption, filename, voice = part.get("caption"), part.get("filename"), part.get("voice")
    if caption is not None and message_type not in _CAPTIONED:
        findings.add(f"{message_type}.caption", "This type of message has no caption.")
    else:
        findings.text(f"{message_type}.caption", caption, CAPTION_LIMIT, required=False)
    if filename is not None and message_type != "document":
        findings.add(f"{message_type}.filename", "Only a document has a file name.")
    else:
        findings.text(f"{message_type}.filename", filename, required=False)
    if voice is not None and (message_type != "audio" or not isinstance(voice, bool)):
        findings.add(f"{message_type}.voice", "Only audio has this, true or false.")


def _location(findings: Findings, part: dict[str, Any]) -> None:
    for key, limit in (("latitude", 90), ("longitude", 180)):
        found = degrees(part.get(key))
        if found is None or not -limit <= found <= limit:
            findings.add(f"location.{key}", f"Give degrees between -{limit} and {limit}.")
    for key in ("name", "address"):
        findings.text(f"location.{key}", part.get(key), required=False)


def _contacts(findings: Findings, cards: Any) -> None:
    for index, card in enumerate(findings.objects("contacts", cards, 1, _CARDS_LIMIT)):
        name, phones = card.get("name"), card.get("phones")
        if not isinstance(name, dict) or not is_filled(name.get("formatted_name")):
            findings.add(f"contacts.{index}.name.formatted_name", "Give the name to show.")
        if phones is None:
            continue
        field = f"contacts.{index}.phones"
        for place, entry in enumerate(findings.objects(field, phones, 0, 100)):
            findings.text(f"{field}.{place}.phone", entry.get("phone"))


def _reaction(findings: Findings, part: dict[str, Any]) -> None:
    """``emoji`` empty removes the reaction; the longest single emoji stays far below the limit."""
    if not is_filled(part.get("message_id")):
        findings.add("reaction.message_id", "Give the message to react to.")
    emoji = part.get("emoji")
    if not isinstance(emoji, str) or units(emoji) > _EMOJI_UNITS:
        findings.add("reaction.emoji", "Give one emoji, or an empty text to remove the reaction.")


def _template(findings: Findings, part: dict[str, Any]) -> None:
    """The shape only: whether the values fit is known from the template itself."""
    name = part.get("name")
    if not isinstance(name, str) or not _TEMPLATE_NAME.fullmatch(name):
        findings.add("template.name", "Give a name of lower-case letters, digits and underscores.")
    language = part.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    if not isinstance(code, str) or not _LANGUAGE.fullmatch(code):
        findings.add("template.language.code", "Give a language code such as en_US.")
    components = part.get("components")
    if components is None:
        return
    for index, component in enumerate(findings.objects("template.components", components, 0, 100)):
        _component(findings, f"template.components.{index}", component)


def _component(findings: Findings, field: str, component: dict[str, Any], *, in_card: bool = False) -> None:
    kind = component.get("type")
    known = _CARD_COMPONENTS if in_card else _COMPONENTS
    if not isinstance(kind, str) or kind.lower() not in known:
        findings.add(f"{field}.type", f"Give one of {', '.join(known)}.")
        return
    parameters = component.get("parameters")
    if parameters is not None:
        for place, parameter in enumerate(findings.objects(f"{field}.parameters", parameters, 0, 100)):
            findings.text(f"{field}.parameters.{place}.type", parameter.get("type"))
    if kind.lower() == "carousel":
        for place, card in enumerate(findings.objects(f"{field}.cards", component.get("cards"), 1, 10)):
            inner = f"{field}.cards.{place}.components"
            for number, part in enumerate(findings.objects(inner, card.get("components"), 0, 10)):
                _component(findings, f"{inner}.{number}", part, in_card=True)
    if kind.lower() == "button":
        findings.text(f"{field}.sub_type", component.get("sub_type"))
        if str(component.get("index")) not in tuple("0123456789"):
            findings.add(f"{field}.index", "Give the button's place, 0 to 9.")


_CHECKS: dict[str, Callable[[Findings, Any], None]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "template": _template,
    "interactive": validate_interactive,
    **{media: partial(_media, media) for media in MEDIA_TYPES},
}

"""Validation of a send: the JSON of the request becomes a valid send, or Meta's refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sandbox.errors import GraphError
from sandbox.graph import checks
from sandbox.graph.interactive import check_interactive
from sandbox.graph.orders import check_history
from sandbox.graph.template_check import check_template
from sandbox.model import MEDIA_KINDS, Json, PhoneNumber, Template
from sandbox.world import World

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_CALLBACK_DATA = 512
MAX_CONTACT_CARDS = 257
TYPES = MEDIA_KINDS | {"text", "location", "contacts", "reaction", "interactive", "template", "pin"}

_USER_ID = re.compile(r"^[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}$")
_PHONE = re.compile(r"^\+?[0-9]{7,15}$")


@dataclass(frozen=True, slots=True)
class Send:
    """A valid send.

    `to` is digits, a business-scoped id or a group. `given` is the recipient as the caller wrote it.
    """

    type: str
    to: str
    given: str
    by_user_id: bool
    is_group: bool
    callback_data: str | None
    reply_to: str | None
    template: Template | None


def check_send(world: World, number: PhoneNumber, body: Json) -> Send:
    """Check everything that Meta checks before it answers. Raises GraphError."""
    checks.require_product(body)
    is_group = _is_group(body)
    given, by_user_id = _recipient(body)
    to = given if by_user_id or is_group else _digits(given)
    if is_group and (to not in world.groups or world.groups[to].phone_number_id != number.phone_number_id):
        raise GraphError(100, "(#100) Invalid parameter", details="There is no such group of this number.")
    if to == number.display_phone_number:
        raise GraphError(131021)
    kind = body.get("type", "text")
    if not isinstance(kind, str) or kind not in TYPES:
        raise GraphError(131051, details=f"Message type {kind!r} is not supported.")
    template = None
    if kind == "template":
        template = check_template(
            body,
            lambda name, language: world.find_template(number.waba_id, name, language),
            lambda parent, key, path: _check_media(world, number, parent, key, path),
            by_user_id=by_user_id,
        )
    else:
        _check_content(world, number, kind, body)
    callback_data = body.get("biz_opaque_callback_data")
    if callback_data is not None:
        if not isinstance(callback_data, str):
            raise GraphError(100, "(#100) Param biz_opaque_callback_data must be a string.")
        if len(callback_data) > MAX_CALLBACK_DATA:
            raise checks.too_long("biz_opaque_callback_data", MAX_CALLBACK_DATA)
    return Send(kind, to, given, by_user_id, is_group, callback_data, _reply_to(body), template)


def _is_group(body: Json) -> bool:
    recipient_type = str(body.get("recipient_type", "individual"))
    if recipient_type not in {"individual", "group"}:
        raise GraphError(100, "(#100) Param recipient_type must be one of {individual, group}")
    return recipient_type == "group"


def _recipient(body: Json) -> tuple[str, bool]:
    """The recipient, and whether it is a business-scoped id. `to` goes first (Meta, BSUID page)."""
    for key, by_user_id in (("to", False), ("recipient", True)):
        value = body.get(key)
        if value in (None, ""):
            continue
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise GraphError(100, f"(#100) Param {key} must be a string.")
        if by_user_id and not _USER_ID.match(value):
            raise checks.invalid("recipient", "is not a valid business-scoped user id.")
        return value, by_user_id
    raise GraphError(100, "(#100) The parameter to is required.")


def _digits(given: str) -> str:
    compact = re.sub(r"[\s().-]", "", given)
    if not _PHONE.match(compact):
        raise checks.invalid("to", "is not a valid WhatsApp phone number.")
    return compact.lstrip("+")


def _reply_to(body: Json) -> str | None:
    context = body.get("context")
    if context is None:
        return None
    if not isinstance(context, dict):
        raise GraphError(100, "(#100) Param context must be a JSON object.")
    wamid = context.get("message_id")
    if not isinstance(wamid, str) or not wamid:
        raise checks.missing("context['message_id']")
    return wamid


def _check_content(world: World, number: PhoneNumber, kind: str, body: Json) -> None:
    if kind == "text":
        part = checks.part(body, "text", "text")
        checks.text(part, "body", "text['body']", limit=MAX_TEXT)
        if not isinstance(part.get("preview_url", False), bool):
            raise checks.invalid("text['preview_url']", "must be a boolean.")
    elif kind in MEDIA_KINDS:
        _check_media(world, number, body, kind, kind)
    elif kind == "location":
        part = checks.part(body, "location", "location")
        for key, bound in (("latitude", 90.0), ("longitude", 180.0)):
            if part.get(key) is None:
                raise checks.missing(f"location['{key}']")
            checks.number(part[key], f"location['{key}']", -bound, bound)
    elif kind == "contacts":
        cards = checks.items(body, "contacts", "contacts")
        if not 1 <= len(cards) <= MAX_CONTACT_CARDS:
            raise checks.invalid("contacts", f"must have between 1 and {MAX_CONTACT_CARDS} items.")
        for index, card in enumerate(cards):
            name = checks.part(card, "name", f"contacts[{index}]['name']")
            checks.text(name, "formatted_name", f"contacts[{index}]['name']['formatted_name']", limit=512)
    elif kind == "reaction":
        _check_reaction(checks.part(body, "reaction", "reaction"))
    elif kind == "pin":
        checks.text(checks.part(body, "pin", "pin"), "message_id", "pin['message_id']", limit=512)
    else:
        check_interactive(body, lambda parent, key, path: _check_media(world, number, parent, key, path))
        check_history(world, number, body["interactive"])


def _check_reaction(part: Json) -> None:
    checks.text(part, "message_id", "reaction['message_id']", limit=512)
    emoji = part.get("emoji")
    if emoji is None:
        raise checks.missing("reaction['emoji']")
    if not isinstance(emoji, str) or len(emoji) > 32 or (emoji.isascii() and emoji != ""):
        raise checks.invalid("reaction['emoji']", "must be a single emoji or an empty string.")


def _check_media(world: World, number: PhoneNumber, parent: Json, kind: str, path: str) -> None:
    part = checks.part(parent, kind, path)
    media_id, link = part.get("id"), part.get("link")
    if (media_id is None) == (link is None):
        raise GraphError(
            100,
            "(#100) Invalid parameter",
            details=f"Param {path}: exactly one of 'id' and 'link' is needed.",
        )
    if link is not None and not (isinstance(link, str) and link.startswith(("https://", "http://"))):
        raise checks.invalid(f"{path}['link']", "must be a valid URL.")
    if media_id is not None:
        _check_media_id(world, number, str(media_id), path, kind)
    if part.get("caption") is not None:
        if kind in {"audio", "sticker"}:
            raise GraphError(100, f'(#100) Unexpected key "caption" on param "{path}".')
        checks.text(part, "caption", f"{path}['caption']", limit=MAX_CAPTION, optional=True)


def _check_media_id(world: World, number: PhoneNumber, media_id: str, path: str, kind: str) -> None:
    if not world.behaviour.strict_media:
        return
    media = world.media.get(media_id)
    if media is None or media.phone_number_id != number.phone_number_id:
        raise GraphError(
            100, f"(#100) Param {path}['id'] is not a valid whatsapp business account media attachment ID"
        )
    if kind != "document" and not _fits(media.mime_type, kind):
        raise GraphError(100, "(#100) Invalid parameter", details=f"Media {media_id} is not of type {kind}.")


def _fits(mime_type: str, kind: str) -> bool:
    return mime_type.startswith("image/webp") if kind == "sticker" else mime_type.startswith(f"{kind}/")


def check_message_reference(body: Json) -> tuple[str, Any]:
    """The id and the typing part (or None) of a call that marks as read. Raises GraphError."""
    checks.require_product(body)
    if body.get("status") != "read":
        raise GraphError(100, "(#100) Param status must be one of {read}")
    wamid = body.get("message_id")
    if not isinstance(wamid, str) or not wamid:
        raise GraphError(100, "(#100) The parameter message_id is required.")
    typing = body.get("typing_indicator")
    if typing is not None and (not isinstance(typing, dict) or typing.get("type") != "text"):
        raise checks.invalid("typing_indicator['type']", 'must be "text".')
    return wamid, typing

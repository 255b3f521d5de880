"""What a customer's phone shows of a message: header, text, file, choices, ticks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from sandbox.model import Json, Message, Template
from sandbox.world import World

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
MEDIA_KINDS = {"image", "video", "audio", "document", "sticker"}
# Shown as a line across the thread, as phones do.
_EVENTS = {"system", "request_welcome"}


def thread_bubbles(world: World, messages: Iterable[Message]) -> list[Json]:
    """The bubbles of a thread, oldest first; reactions, edits and deletions change the one they are for."""
    bubbles: dict[str, Json] = {}
    for message in messages:
        if message.type == "reaction":
            _react(bubbles, message)
        elif message.type in {"edit", "revoke"}:
            _change(world, bubbles, message)
        else:
            bubbles[message.wamid] = _bubble(world, message, bubbles)
    return list(bubbles.values())


def preview(world: World, message: Message) -> str:
    """One line about a message, for a list."""
    if message.type == "reaction":
        return f"Reacted {message.body['reaction'].get('emoji') or '(removed)'}"
    if message.type in {"edit", "revoke"}:
        return "Edited a message" if message.type == "edit" else "Deleted a message"
    shown = _content(world, message)
    return shown["text"] or (shown["file"] or {}).get("name") or shown["title"] or _named(message.type)


def _named(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


def _react(bubbles: dict[str, Json], message: Message) -> None:
    reaction = message.body.get("reaction", {})
    target = bubbles.get(str(reaction.get("message_id")))
    if target is not None:
        by = "customer" if message.direction == "inbound" else "business"
        target["reactions"] = [r for r in target["reactions"] if r["from"] != by]
        if reaction.get("emoji"):
            target["reactions"].append({"from": by, "emoji": reaction["emoji"]})


def _change(world: World, bubbles: dict[str, Json], message: Message) -> None:
    """An edit has the new content, a deletion leaves nothing."""
    part = message.body.get(message.type) or {}
    target = bubbles.get(str(part.get("original_message_id")))
    if target is None:
        return
    if message.type == "revoke":
        target |= _empty() | {"deleted": True}
        return
    edited = part.get("message") or {}
    kind = str(edited.get("type"))
    shown = _part(world, message, kind, edited.get(kind))
    target |= {"text": shown["text"], "edited": True}


def _bubble(world: World, message: Message, earlier: dict[str, Json]) -> Json:
    is_mine = message.direction == "inbound"
    quoted = earlier.get(message.reply_to or "")
    failed = next((s for s in message.statuses if s["status"] == "failed"), None)
    context = message.body.get("context") or {}
    return {
        "wamid": message.wamid,
        "mine": is_mine,
        "type": message.type,
        "event": message.type in _EVENTS,
        "at": message.created_at,
        "state": ("read" if message.read_by_business else "delivered") if is_mine else message.status,
        "error": failed.get("code") if failed else None,
        "quote": _quote(quoted) if quoted else None,
        "forwarded": bool(context.get("forwarded") or context.get("frequently_forwarded")),
        "edited": False,
        "deleted": False,
        "reactions": [],
        **_content(world, message),
    }


def _quote(bubble: Json) -> str:
    return str(bubble["text"] or (bubble["file"] or {}).get("name") or bubble["title"] or bubble["type"])


def _empty() -> Json:
    """A bubble's content before anything is known of it.

    `cards_shown` are those of a carousel, with the keys of a bubble each.
    `rows` are lines of label and value; `buttons` can be tapped, with `answers` for those that answer;
    `list` opens sections of rows that answer.
    """
    return {
        "title": "",
        "text": "",
        "footer": "",
        "file": None,
        "place": None,
        "cards": [],
        "cards_shown": [],
        "rows": [],
        "buttons": [],
        "list": None,
    }


def _content(world: World, message: Message) -> Json:
    return _part(world, message, message.type, message.body.get(message.type))


def _part(world: World, message: Message, kind: str, part: Any) -> Json:
    shown = _empty()
    if kind == "contacts" and isinstance(part, list):
        return shown | {"cards": [_card(card) for card in part if isinstance(card, dict)]}
    if kind == "unsupported":
        of = (message.body.get("unsupported") or {}).get("type")
        title = _named(str(of)) if of else "Something else"
        return shown | {"title": title, "footer": "WhatsApp tells the business only that it came."}
    if kind == "request_welcome":
        return shown | {"text": "You opened the chat"}
    if not isinstance(part, dict):
        return shown | {"title": _named(kind)}
    if kind in MEDIA_KINDS:
        return shown | {"text": part.get("caption") or "", "file": _file(world, kind, part)}
    reader = _READERS.get(kind)
    if reader is not None:
        return shown | reader(part)
    if kind == "template":
        return shown | _template(world, message, part)
    if kind == "interactive":
        return shown | _interactive(world, part)
    words = [{"label": str(key), "value": str(value)} for key, value in part.items()]
    return shown | {"title": _named(kind), "rows": words}


_READERS: dict[str, Callable[[Json], Json]] = {
    "text": lambda part: {"text": part.get("body", "")},
    "button": lambda part: {"text": part.get("text", "")},
    "system": lambda part: {"text": part.get("body", "")},
    "location": lambda part: {"place": _place(part)},
    "order": lambda part: {
        "title": f"Order of {len(part.get('product_items', []))} items",
        "text": part.get("text") or "",
        "rows": [
            {
                "label": f"{item.get('quantity')} × {item.get('product_retailer_id')}",
                "value": f"{item.get('item_price')} {item.get('currency', '')}",
            }
            for item in part.get("product_items", [])
        ],
    },
}


def _place(part: Json) -> Json:
    return {
        "name": part.get("name") or "Location",
        "address": part.get("address") or "",
        "at": f"{part.get('latitude')}, {part.get('longitude')}",
    }


def _card(card: Json) -> Json:
    organisation = (card.get("org") or {}).get("company", "")
    phones = [str(entry.get("phone") or entry.get("wa_id") or "") for entry in card.get("phones") or []]
    emails = [str(entry.get("email") or "") for entry in card.get("emails") or []]
    return {
        "name": str((card.get("name") or {}).get("formatted_name", "?")),
        "detail": ", ".join(filter(None, [organisation, *phones, *emails])),
    }


def _file(world: World, kind: str, part: Json) -> Json:
    media = world.media.get(str(part.get("id")))
    link = part.get("link")
    return {
        "kind": kind,
        "voice": part.get("voice") is True,
        "url": f"/sandbox/media/{media.media_id}/content" if media else None,
        "link": link if isinstance(link, str) else None,
        "name": part.get("filename") or (media.filename if media else "") or _named(kind),
        "size": len(media.data) if media else None,
    }


def _header(world: World, header: Any) -> Json:
    """Of an interactive message or a template: a text, a file or a place."""
    if not isinstance(header, dict):
        return {}
    kind = str(header.get("type") or "text").lower()
    part = header.get(kind)
    if kind in MEDIA_KINDS and isinstance(part, dict):
        return {"file": _file(world, kind, part)}
    if kind == "location" and isinstance(part, dict):
        return {"place": _place(part)}
    return {"title": header.get("text") or ""}


def _interactive(world: World, part: Json) -> Json:
    kind = str(part.get("type"))
    if kind.endswith("_reply"):
        return _answer(kind, part)
    action = part.get("action") or {}
    shown: Json = {
        **_header(world, part.get("header")),
        "text": (part.get("body") or {}).get("text", ""),
        "footer": (part.get("footer") or {}).get("text", ""),
    }
    parameters = action.get("parameters") or {}
    if kind == "button":
        shown["buttons"] = [
            _button("reply", button["reply"]["title"], {"type": "button_reply", **button["reply"]})
            for button in action.get("buttons", [])
        ]
    elif kind == "list":
        shown["list"] = {
            "button": action.get("button", "Choose"),
            "sections": [
                {
                    "title": section.get("title") or "",
                    "rows": [
                        {
                            "title": row.get("title", ""),
                            "description": row.get("description") or "",
                            "answer": {"type": "list_reply", **row},
                        }
                        for row in section.get("rows", [])
                    ],
                }
                for section in action.get("sections", [])
            ],
        }
    elif kind == "cta_url":
        shown["buttons"] = [_link(parameters.get("display_text", "Open"), parameters.get("url", ""))]
    elif kind in _REQUESTS:
        shown["buttons"] = [_button("reply", title, answer) for title, answer in _REQUESTS[kind]]
    elif kind == "flow":
        answer = {"type": "flow_reply", "response": _filled_in(parameters)}
        shown["buttons"] = [_button("form", parameters.get("flow_cta", "Open the form"), answer)]
    elif kind in {"product", "product_list", "catalog_message"}:
        shown |= _products(kind, action)
    elif kind == "carousel":
        shown["cards_shown"] = [_empty() | _carousel_card(world, card) for card in action.get("cards", [])]
    elif kind == "address_message":
        shown["buttons"] = [_button("form", "Provide address", _address(parameters))]
    elif kind in {"order_details", "order_status"}:
        shown |= _order(kind, parameters)
    elif kind == "voice_call":
        call = {"type": "voice_call", "cta_payload": parameters.get("payload")}
        shown["buttons"] = [_button("call", parameters.get("display_text") or "Call Now", call)]
    return shown


def _carousel_card(world: World, card: Json) -> Json:
    action = card.get("action") or {}
    if card.get("type") == "product":
        return _products("product", action)
    parameters = action.get("parameters") or {}
    return {
        **_header(world, card.get("header")),
        "text": (card.get("body") or {}).get("text", ""),
        "buttons": [_link(parameters.get("display_text", "Open"), parameters.get("url", ""))],
    }


def _address(parameters: Json) -> Json:
    """The form as it comes back: what stood in it, completed."""
    saved: Json = next(iter(parameters.get("saved_addresses") or []), {})
    given = saved.get("value") or parameters.get("values") or {}
    usual = {"name": "Asha", "address": "12 MG Road", "city": "Pune", "in_pin_code": "411001"}
    return {"type": "address_reply", "values": {**usual, **given}, "saved_address_id": saved.get("id")}


def _money(amount: Json, currency: str) -> str:
    return f"{amount.get('value', 0) / 100:.2f} {currency}"


def _order(kind: str, parameters: Json) -> Json:
    """What is to be paid, with the button that pays it; or how far the order is."""
    reference, order = str(parameters.get("reference_id")), parameters.get("order") or {}
    if kind == "order_status":
        rows = [{"label": f"Order {reference}", "value": _named(str(order.get("status")))}]
        if order.get("description"):
            rows.append({"label": "", "value": str(order["description"])})
        return {"rows": rows}
    currency = str(parameters.get("currency", ""))
    rows = [
        {
            "label": f"{item.get('quantity')} × {item.get('name')}",
            "value": _money(item.get("sale_amount") or item.get("amount") or {}, currency),
        }
        for item in order.get("items") or []
    ]
    rows.append({"label": "Total", "value": _money(parameters.get("total_amount") or {}, currency)})
    return {
        "rows": rows,
        "buttons": [_button("reply", "Review and pay", {"type": "payment", "reference_id": reference})],
    }


def _filled_in(parameters: Json) -> Json:
    """What comes back of a form: its token, what it began with, and what was written into it."""
    first = (parameters.get("flow_action_payload") or {}).get("data") or {}
    written = {"comment": "As soon as you can, please", "wants_callback": True}
    return {"flow_token": str(parameters.get("flow_token") or "unused"), **first, **written}


def _products(kind: str, action: Json) -> Json:
    """The products of a message, and the button that orders one of each."""
    parameters = action.get("parameters") or {}
    ids = [
        str(item.get("product_retailer_id"))
        for section in action.get("sections") or []
        for item in section.get("product_items") or []
    ]
    one = action.get("product_retailer_id") or parameters.get("thumbnail_product_retailer_id")
    ids = ids or ([str(one)] if one else [])
    order: Json = {"type": "order"}
    if ids:
        items = [
            {"product_retailer_id": each, "quantity": 1, "item_price": 40 + 5 * place, "currency": "INR"}
            for place, each in enumerate(ids)
        ]
        order["order"] = {
            "catalog_id": str(action.get("catalog_id") or "194836987003835"),
            "product_items": items,
        }
    title = "View catalogue" if kind == "catalog_message" else "View items"
    return {
        "rows": [{"label": "Product", "value": each} for each in ids],
        "buttons": [_button("products", title), _button("products", "Order", order)],
    }


def _permission(answer: str) -> Json:
    reply = {"response": answer, "is_permanent": False, "response_source": "user_action"}
    return {
        "type": "interactive",
        "interactive": {"type": "call_permission_reply", "call_permission_reply": reply},
    }


_REQUESTS: dict[str, list[tuple[str, Json]]] = {
    "location_request_message": [("Send location", {"type": "location"})],
    "request_contact_info": [("Share phone number", {"type": "share_contact"})],
    "call_permission_request": [("Allow calls", _permission("accept")), ("Refuse", _permission("reject"))],
}


def _answer(kind: str, part: Json) -> Json:
    """What the customer chose or filled in."""
    reply = part.get(kind) or {}
    if kind == "nfm_reply":
        try:
            given = json.loads(reply.get("response_json") or "{}")
        except ValueError:
            given = {}
        rows = [{"label": str(k), "value": str(v)} for k, v in given.items() if k != "flow_token"]
        return {"title": "Form", "rows": rows}
    if kind == "call_permission_reply":
        return {"text": "Calls allowed" if reply.get("response") == "accept" else "Calls refused"}
    return {"text": reply.get("title", ""), "footer": reply.get("description") or ""}


def _button(kind: str, title: str, answers: Json | None = None) -> Json:
    return {"kind": kind, "title": str(title), "detail": "", "answers": answers}


def _link(title: str, url: str) -> Json:
    return _button("link", title) | {"detail": str(url)}


def _template(world: World, message: Message, part: Json) -> Json:
    number = world.numbers.get(message.phone_number_id)
    language = (part.get("language") or {}).get("code", "")
    template = world.find_template(number.waba_id if number else "", str(part.get("name")), language)
    if template is None:
        return {"text": f"[template {part.get('name')}]"}
    shown = _filled_template(world, template, part.get("components") or [])
    declared = _component(template, "CAROUSEL").get("cards", [])
    given: Json = next(
        (c for c in part.get("components") or [] if str(c.get("type")).lower() == "carousel"), {}
    )
    shown["cards_shown"] = [
        _empty() | _filled_template(world, replace(template, components=of["components"]), card["components"])
        for of, card in zip(declared, given.get("cards") or [], strict=False)
    ]
    return shown


def _filled_template(world: World, template: Template, given: list[Json]) -> Json:
    buttons = _component(template, "BUTTONS").get("buttons", [])
    return {
        **_template_header(world, template, given),
        "text": _fill(_component(template, "BODY").get("text", ""), _given(given, "body")),
        "footer": _component(template, "FOOTER").get("text", ""),
        "buttons": [_template_button(button, _button_value(given, i)) for i, button in enumerate(buttons)],
    }


def _template_header(world: World, template: Template, given: list[Json]) -> Json:
    header, values = _component(template, "HEADER"), _given(given, "header")
    if str(header.get("format", "TEXT")).upper() == "TEXT":
        return {"title": _fill(header.get("text", ""), values)}
    return _header(world, values[0]) if values else {"title": _named(str(header["format"]).lower())}


def _template_button(button: Json, value: Json) -> Json:
    kind, title = str(button.get("type", "")).upper(), button.get("text", "")
    if kind == "QUICK_REPLY":
        return _button(
            "reply", title, {"type": "button", "text": title, "payload": value.get("payload") or title}
        )
    if kind == "URL":
        return _link(title, _PLACEHOLDER.sub(lambda _: str(value.get("text", "")), button.get("url", "")))
    if kind == "COPY_CODE":
        return _button("copy", title or "Copy code") | {"detail": str(value.get("coupon_code") or "")}
    if kind == "PHONE_NUMBER":
        return _button("call", title) | {"detail": str(button.get("phone_number") or "")}
    if kind == "FLOW":
        return _button("form", title, {"type": "flow_reply"})
    if kind == "REQUEST_CONTACT_INFO":
        return _button("reply", title or "Share phone number", {"type": "share_contact"})
    return _button("other", title or _named(kind.lower()))


def _component(template: Template, kind: str) -> Json:
    return next((c for c in template.components if c.get("type") == kind), {})


def _given(components: list[Json], kind: str) -> list[Json]:
    found: list[Json] = next(
        (c.get("parameters") or [] for c in components if str(c.get("type")).lower() == kind), []
    )
    return found


def _fill(text: str, parameters: list[Json]) -> str:
    values: dict[str, str] = {}
    for index, parameter in enumerate(parameters, 1):
        fallback: Any = parameter.get(str(parameter.get("type"))) or {}
        value = parameter.get("text") or (
            fallback.get("fallback_value") if isinstance(fallback, dict) else ""
        )
        values[str(parameter.get("parameter_name") or index)] = str(value)
    return _PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group(0)), text)


def _button_value(components: list[Json], index: int) -> Json:
    for component in components:
        if str(component.get("type")).lower() == "button" and str(component.get("index")) == str(index):
            return dict((component.get("parameters") or [{}])[0])
    return {}

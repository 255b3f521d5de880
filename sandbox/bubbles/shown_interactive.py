"""What a phone shows of an interactive message, and what each of its buttons answers."""

from __future__ import annotations

import json

from sandbox.bubbles import pieces
from sandbox.model import Json
from sandbox.world import World


def interactive_content(world: World, part: Json) -> Json:
    """What differs from an empty bubble in one with choices, or with what the customer chose."""
    kind = str(part.get("type"))
    if kind.endswith("_reply"):
        return _answer(kind, part)
    action = part.get("action") or {}
    shown: Json = {
        **pieces.header(world, part.get("header")),
        "text": (part.get("body") or {}).get("text", ""),
        "footer": (part.get("footer") or {}).get("text", ""),
    }
    parameters = action.get("parameters") or {}
    if kind == "button":
        shown["buttons"] = [
            pieces.button("reply", button["reply"]["title"], {"type": "button_reply", **button["reply"]})
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
        shown["buttons"] = [pieces.link(parameters.get("display_text", "Open"), parameters.get("url", ""))]
    elif kind in _REQUESTS:
        shown["buttons"] = [pieces.button("reply", title, answer) for title, answer in _REQUESTS[kind]]
    elif kind == "flow":
        answer = {"type": "flow_reply", "response": _filled_in(parameters)}
        shown["buttons"] = [pieces.button("form", parameters.get("flow_cta", "Open the form"), answer)]
    elif kind in {"product", "product_list", "catalog_message"}:
        shown |= _products(kind, action)
    elif kind == "carousel":
        shown["cards_shown"] = [
            pieces.empty() | _carousel_card(world, card) for card in action.get("cards", [])
        ]
    elif kind == "address_message":
        shown["buttons"] = [pieces.button("form", "Provide address", _address(parameters))]
    elif kind in {"order_details", "order_status"}:
        shown |= _order(kind, parameters)
    elif kind == "voice_call":
        call = {"type": "voice_call", "cta_payload": parameters.get("payload")}
        shown["buttons"] = [pieces.button("call", parameters.get("display_text") or "Call Now", call)]
    return shown


def _carousel_card(world: World, card: Json) -> Json:
    action = card.get("action") or {}
    if card.get("type") == "product":
        return _products("product", action)
    parameters = action.get("parameters") or {}
    return {
        **pieces.header(world, card.get("header")),
        "text": (card.get("body") or {}).get("text", ""),
        "buttons": [pieces.link(parameters.get("display_text", "Open"), parameters.get("url", ""))],
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
        rows = [{"label": f"Order {reference}", "value": pieces.named(str(order.get("status")))}]
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
        "buttons": [pieces.button("reply", "Review and pay", {"type": "payment", "reference_id": reference})],
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
        "buttons": [pieces.button("products", title), pieces.button("products", "Order", order)],
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

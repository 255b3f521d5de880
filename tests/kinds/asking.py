"""Interactive messages that ask for something, and everything that can be wrong with one.

The product and the sandbox are asked about the same ones: neither knows of the other's checks.
"""

import time
from copy import deepcopy
from typing import Any

Json = dict[str, Any]
LEFT_OUT = object()


def amount(value: int, **more: Any) -> Json:
    return {"value": value, "offset": 100} | more


def link_card(place: int, kind: str = "image") -> Json:
    return {
        "card_index": place,
        "type": "cta_url",
        "header": {"type": kind, kind: {"link": f"https://bakery.example/{place}"}},
        "body": {"text": f"Loaf {place}"},
        "action": {
            "name": "cta_url",
            "parameters": {"display_text": "Look", "url": f"https://bakery.example/{place}"},
        },
    }


def product_card(place: int) -> Json:
    return {
        "card_index": place,
        "type": "product",
        "action": {"catalog_id": "1", "product_retailer_id": f"loaf-{place}"},
    }


def carousel(*cards: Json) -> Json:
    return {"type": "carousel", "body": {"text": "Fresh today"}, "action": {"cards": list(cards)}}


def order(reference: str = "order-7", currency: str = "INR", **more: Any) -> Json:
    parameters: Json = {
        "reference_id": reference,
        "type": "physical-goods",
        "payment_settings": [
            {"type": "payment_gateway", "payment_gateway": {"type": "razorpay", "configuration_name": "main"}}
        ],
        "currency": currency,
        "total_amount": amount(21_500),
        "order": {
            "status": "pending",
            "items": [
                {"retailer_id": "1", "name": "Sourdough", "amount": amount(9_000), "quantity": 2},
                {"name": "Rye", "amount": amount(5_000), "sale_amount": amount(4_000), "quantity": 1},
            ],
            "subtotal": amount(22_000),
            "tax": amount(500, description="GST"),
            "shipping": amount(1_000),
            "discount": amount(2_000, discount_program_name="Autumn"),
            "expiration": {"timestamp": str(int(time.time()) + 3600), "description": "Only today"},
        },
    }
    if currency == "BRL":
        parameters["payment_type"] = "br"
    action = {"name": "review_and_pay", "parameters": parameters | more}
    return {"type": "order_details", "body": {"text": "Your order"}, "action": action}


def order_status(status: str, reference: str = "order-7", **parameters: Any) -> Json:
    given = {"reference_id": reference, "order": {"status": status, "description": "On its way"}}
    action = {"name": "review_order", "parameters": given | parameters}
    return {"type": "order_status", "body": {"text": "News of your order"}, "action": action}


ADDRESS: Json = {
    "type": "address_message",
    "header": {"type": "text", "text": "Delivery"},
    "body": {"text": "Where to?"},
    "footer": {"text": "The bakery"},
    "action": {
        "name": "address_message",
        "parameters": {
            "country": "IN",
            "values": {"name": "Asha", "in_pin_code": "411001", "floor_number": ""},
            "saved_addresses": [{"id": "a1", "value": {"address": "12 MG Road", "city": "Pune"}}],
            "validation_errors": {"in_pin_code": "We do not deliver there."},
        },
    },
}
CALL: Json = {
    "type": "voice_call",
    "body": {"text": "Call us"},
    "action": {
        "name": "voice_call",
        "parameters": {"display_text": "Call now", "ttl_minutes": 43_200, "payload": "help"},
    },
}
CAROUSEL = carousel(*(link_card(place) for place in range(10)))
PRODUCTS = carousel(product_card(0), product_card(9))

# Each is taken as it stands, in this order.
ASKING: dict[str, Json] = {
    "carousel": CAROUSEL,
    "carousel of films": carousel(link_card(1, "video"), link_card(0, "video")),
    "carousel of products": PRODUCTS,
    "address": ADDRESS,
    "address alone": {
        "type": "address_message",
        "body": {"text": "Where to?"},
        "action": {"name": "address_message", "parameters": {"country": "SG"}},
    },
    "order": order(),
    "order in Brazil": order("x" * 60, "BRL"),
    "order's state": order_status("partially-shipped"),
    "order's payment": order_status("processing", payment={"status": "captured", "timestamp": 1_795_342_920}),
    "call": CALL,
    "call alone": {
        "type": "voice_call",
        "body": {"text": "Call us"},
        "action": {"name": "voice_call"},
    },
}

_P = ("action", "parameters")
_O = (*_P, "order")
_CARD = ("action", "cards", 1)
# (of which, what is changed, into what, the field that the product names, Graph's code)
WRONG: list[tuple[str, tuple[Any, ...], Any, str, int]] = [
    ("carousel", ("body",), LEFT_OUT, "body.text", 131008),
    ("carousel", ("body", "text"), "x" * 1025, "body.text", 100),
    ("carousel", ("header",), {"type": "text", "text": "x"}, "header", 131009),
    ("carousel", ("footer",), {"text": "x"}, "footer", 131009),
    ("carousel", ("action",), LEFT_OUT, "action", 131008),
    ("carousel", ("action", "cards"), LEFT_OUT, "action.cards", 131008),
    ("carousel", ("action", "cards"), {}, "action.cards", 131009),
    ("carousel", ("action", "cards"), [link_card(0)], "action.cards", 131009),
    ("carousel", ("action", "cards"), [link_card(n) for n in range(11)], "action.cards", 131009),
    ("carousel", ("action", "cards"), [link_card(0), link_card(0)], "action.cards", 131009),
    ("carousel", ("action", "cards"), [link_card(0), link_card(1, "video")], "action.cards", 131009),
    ("carousel", ("action", "cards"), [link_card(0), product_card(1)], "action.cards", 131009),
    ("carousel", (*_CARD, "card_index"), 10, "action.cards.1.card_index", 131009),
    ("carousel", (*_CARD, "card_index"), "1", "action.cards.1.card_index", 131009),
    ("carousel", (*_CARD, "card_index"), True, "action.cards.1.card_index", 131009),
    ("carousel", (*_CARD, "type"), "flow", "action.cards.1.type", 131009),
    ("carousel", (*_CARD, "type"), LEFT_OUT, "action.cards.1.type", 131008),
    ("carousel", (*_CARD, "action"), LEFT_OUT, "action.cards.1.action", 131008),
    ("carousel", (*_CARD, "header"), LEFT_OUT, "action.cards.1.header.type", 131008),
    ("carousel", (*_CARD, "header", "type"), "document", "action.cards.1.header.type", 131009),
    ("carousel", (*_CARD, "header", "image"), {}, "action.cards.1.header.image", 100),
    ("carousel", (*_CARD, "body", "text"), "x" * 161, "action.cards.1.body.text", 100),
    ("carousel", (*_CARD, "body", "text"), "a\nb\nc\nd", "action.cards.1.body.text", 131009),
    ("carousel", (*_CARD, "action", "name"), "x", "action.cards.1.action.name", 131009),
    (
        "carousel",
        (*_CARD, *_P, "display_text"),
        "x" * 21,
        "action.cards.1.action.parameters.display_text",
        100,
    ),
    ("carousel", (*_CARD, *_P, "url"), "ftp://e.example", "action.cards.1.action.parameters.url", 131009),
    ("carousel of products", (*_CARD, "action", "catalog_id"), "2", "action.cards", 131009),
    (
        "carousel of products",
        (*_CARD, "action", "product_retailer_id"),
        LEFT_OUT,
        "action.cards.1.action.product_retailer_id",
        131008,
    ),
    ("address", ("body",), LEFT_OUT, "body.text", 131008),
    ("address", ("action", "name"), "x", "action.name", 131009),
    ("address", _P, LEFT_OUT, "action.parameters", 131008),
    ("address", (*_P, "country"), LEFT_OUT, "action.parameters.country", 131008),
    ("address", (*_P, "country"), "DE", "action.parameters.country", 131009),
    ("address", (*_P, "country"), ["IN"], "action.parameters.country", 131009),
    ("address", (*_P, "values"), [], "action.parameters.values", 131009),
    ("address", (*_P, "values", "city"), 5, "action.parameters.values.city", 131009),
    ("address", (*_P, "values", "in_pin_code"), "4110011", "action.parameters.values.in_pin_code", 100),
    ("address", (*_P, "saved_addresses"), {}, "action.parameters.saved_addresses", 131009),
    (
        "address",
        (*_P, "saved_addresses", 0, "id"),
        LEFT_OUT,
        "action.parameters.saved_addresses.0.id",
        131008,
    ),
    (
        "address",
        (*_P, "saved_addresses", 0, "value"),
        LEFT_OUT,
        "action.parameters.saved_addresses.0.value",
        131008,
    ),
    ("address", (*_P, "validation_errors"), "x", "action.parameters.validation_errors", 131009),
    ("order", ("header",), {"type": "text", "text": "x"}, "header.type", 131009),
    ("order", ("action", "name"), "review_order", "action.name", 131009),
    ("order", _P, "x", "action.parameters", 131009),
    ("order", (*_P, "reference_id"), LEFT_OUT, "action.parameters.reference_id", 131008),
    ("order", (*_P, "reference_id"), "x" * 36, "action.parameters.reference_id", 100),
    ("order", (*_P, "reference_id"), "order 7", "action.parameters.reference_id", 131009),
    ("order", (*_P, "reference_id"), "ordér", "action.parameters.reference_id", 131009),
    ("order in Brazil", (*_P, "reference_id"), "x" * 61, "action.parameters.reference_id", 100),
    ("order in Brazil", (*_P, "payment_type"), LEFT_OUT, "action.parameters.payment_type", 131009),
    ("order", (*_P, "type"), "food", "action.parameters.type", 131009),
    ("order", (*_P, "currency"), "EUR", "action.parameters.currency", 131009),
    ("order", (*_P, "currency"), [], "action.parameters.currency", 131009),
    ("order", (*_P, "payment_settings"), LEFT_OUT, "action.parameters.payment_settings", 131008),
    ("order", (*_P, "payment_settings"), [], "action.parameters.payment_settings", 131009),
    (
        "order",
        (*_P, "payment_settings", 0, "payment_gateway"),
        LEFT_OUT,
        "action.parameters.payment_settings.0.payment_gateway",
        131008,
    ),
    (
        "order",
        (*_P, "payment_settings", 0, "payment_gateway", "configuration_name"),
        "x" * 61,
        "action.parameters.payment_settings.0.payment_gateway.configuration_name",
        100,
    ),
    ("order", (*_P, "total_amount"), LEFT_OUT, "action.parameters.total_amount", 131008),
    ("order", (*_P, "total_amount", "value"), 21_501, "action.parameters.total_amount.value", 131009),
    ("order", (*_P, "total_amount", "value"), "21500", "action.parameters.total_amount.value", 131009),
    ("order", (*_P, "total_amount", "offset"), 10, "action.parameters.total_amount.offset", 131009),
    ("order", _O, LEFT_OUT, "action.parameters.order", 131008),
    ("order", (*_O, "status"), "shipped", "action.parameters.order.status", 131009),
    ("order", (*_O, "items"), [], "action.parameters.order.items", 131009),
    ("order", (*_O, "items", 0, "name"), "x" * 61, "action.parameters.order.items.0.name", 100),
    ("order", (*_O, "items", 0, "quantity"), 1.5, "action.parameters.order.items.0.quantity", 131009),
    ("order", (*_O, "items", 0, "quantity"), 0, "action.parameters.order.items.0.quantity", 131009),
    ("order", (*_O, "items", 0, "amount"), 90, "action.parameters.order.items.0.amount", 131009),
    (
        "order",
        (*_O, "items", 1, "sale_amount", "value"),
        -1,
        "action.parameters.order.items.1.sale_amount.value",
        131009,
    ),
    ("order", (*_O, "subtotal", "value"), 1, "action.parameters.order.subtotal.value", 131009),
    ("order", (*_O, "tax"), LEFT_OUT, "action.parameters.order.tax", 131008),
    ("order", (*_O, "tax", "description"), "x" * 61, "action.parameters.order.tax.description", 100),
    ("order", (*_O, "shipping"), [], "action.parameters.order.shipping", 131009),
    ("order", (*_O, "expiration", "timestamp"), "1", "action.parameters.order.expiration.timestamp", 131009),
    (
        "order",
        (*_O, "expiration", "description"),
        LEFT_OUT,
        "action.parameters.order.expiration.description",
        131008,
    ),
    ("order's state", ("action", "name"), "review_and_pay", "action.name", 131009),
    ("order's state", (*_P, "reference_id"), "", "action.parameters.reference_id", 131008),
    ("order's state", _O, LEFT_OUT, "action.parameters.order", 131008),
    ("order's state", (*_O, "status"), "lost", "action.parameters.order.status", 131009),
    ("order's state", (*_O, "description"), "x" * 121, "action.parameters.order.description", 100),
    ("order's payment", (*_P, "payment", "status"), "paid", "action.parameters.payment.status", 131009),
    ("call", ("body",), LEFT_OUT, "body.text", 131008),
    ("call", ("action", "name"), "call", "action.name", 131009),
    ("call", _P, [], "action.parameters", 131009),
    ("call", (*_P, "display_text"), "x" * 21, "action.parameters.display_text", 100),
    ("call", (*_P, "ttl_minutes"), 0, "action.parameters.ttl_minutes", 131009),
    ("call", (*_P, "ttl_minutes"), 43_201, "action.parameters.ttl_minutes", 131009),
    ("call", (*_P, "ttl_minutes"), True, "action.parameters.ttl_minutes", 131009),
    ("call", (*_P, "payload"), "x" * 513, "action.parameters.payload", 100),
]


def changed(name: str, path: tuple[Any, ...], value: Any) -> Json:
    """One of ASKING with another value in one place, or without it."""
    part = deepcopy(ASKING[name])
    holder: Any = part
    for step in path[:-1]:
        holder = holder[step]
    if value is LEFT_OUT:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return part

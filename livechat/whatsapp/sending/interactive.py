"""The limits of interactive messages: buttons, lists, links, forms, products, cards and requests.

Source: Meta's pages per kind of interactive message (read September 2026).
"""

from collections.abc import Callable
from typing import Any

from livechat.whatsapp.sending.carousel import LINK_TEXT, check_carousel, check_link
from livechat.whatsapp.sending.checks import Findings, is_filled
from livechat.whatsapp.sending.commerce import check_order_details, check_order_status

_BODY, _LIST_BODY, _HEADER, _FOOTER = 1024, 4096, 60, 60
_MOST_BUTTONS, _BUTTON_TITLE, _BUTTON_ID = 3, 20, 256
_LIST_BUTTON, _MOST_SECTIONS, _MOST_ROWS, _SECTION_TITLE = 20, 10, 10, 24
_ROW_ID, _ROW_TITLE, _ROW_DESCRIPTION = 200, 24, 72
_MOST_PRODUCTS, _PRODUCT_ID = 30, 256
_FLOW_ID = 256
_LONGEST_TTL_MIN, _CALL_PAYLOAD = 43_200, 512
# Address forms exist in these countries alone.
_ADDRESS_COUNTRIES = ("IN", "SG")
_ADDRESS_VALUE = 1024
_MEDIA_HEADERS = ("image", "video", "document")
_WITHOUT_BODY = frozenset({"product", "call_permission_request"})
# Header types of the kinds that do not take them all.
_HEADERS = {"list": ("text",), "product_list": ("text",), "order_details": ("image", "document")}
_WITHOUT_HEADER = {
    "product": "A single product takes no header.",
    "carousel": "Cards take no header above them.",
}

_Check = Callable[[Findings, dict[str, Any]], None]


def validate_interactive(findings: Findings, part: dict[str, Any]) -> None:
    """Report what is wrong with an ``interactive`` part, by its own ``type``."""
    kind = part.get("type")
    check = _ACTIONS.get(kind) if isinstance(kind, str) else None
    if check is None or not isinstance(kind, str):
        findings.add("interactive.type", f"Give one of {', '.join(sorted(_ACTIONS))}.")
        return
    _frame(findings, kind, part)
    action = part.get("action")
    if not isinstance(action, dict):
        findings.add("interactive.action", "Give an object.")
        return
    check(findings, action)


def _frame(findings: Findings, kind: str, part: dict[str, Any]) -> None:
    """Body, header and footer."""
    body = part.get("body")
    if body is not None or kind not in _WITHOUT_BODY:
        text = body.get("text") if isinstance(body, dict) else None
        findings.text("interactive.body.text", text, _LIST_BODY if kind == "list" else _BODY)
    footer = part.get("footer")
    if footer is not None and kind == "carousel":
        findings.add("interactive.footer", "Cards take no footer below them.")
    elif footer is not None:
        text = footer.get("text") if isinstance(footer, dict) else None
        findings.text("interactive.footer.text", text, _FOOTER)
    header = part.get("header")
    if header is not None and kind in _WITHOUT_HEADER:
        findings.add("interactive.header", _WITHOUT_HEADER[kind])
    elif header is not None:
        _header(findings, kind, header)
    elif kind == "product_list":
        findings.add("interactive.header", "A list of products needs a header.")


def _header(findings: Findings, kind: str, header: Any) -> None:
    form = header.get("type") if isinstance(header, dict) else None
    known = _HEADERS.get(kind, ("text", *_MEDIA_HEADERS))
    if form not in known:
        findings.add("interactive.header.type", f"Give one of {', '.join(known)}.")
    elif form == "text":
        findings.text("interactive.header.text", header.get("text"), _HEADER)
    else:
        findings.file(f"interactive.header.{form}", header.get(form))


def _buttons(findings: Findings, action: dict[str, Any]) -> None:
    field = "interactive.action.buttons"
    replies = []
    for index, button in enumerate(findings.objects(field, action.get("buttons"), 1, _MOST_BUTTONS)):
        reply = button.get("reply")
        if button.get("type") != "reply" or not isinstance(reply, dict):
            findings.add(f"{field}.{index}", "Give type reply and the object reply.")
            continue
        replies.append(reply)
        findings.text(f"{field}.{index}.reply.id", reply.get("id"), _BUTTON_ID)
        findings.text(f"{field}.{index}.reply.title", reply.get("title"), _BUTTON_TITLE)
    findings.unique(field, [reply.get("id") for reply in replies], "id")
    findings.unique(field, [reply.get("title") for reply in replies], "title")


def _list(findings: Findings, action: dict[str, Any]) -> None:
    findings.text("interactive.action.button", action.get("button"), _LIST_BUTTON)
    field = "interactive.action.sections"
    sections = findings.objects(field, action.get("sections"), 1, _MOST_SECTIONS)
    ids: list[Any] = []
    for index, section in enumerate(sections):
        findings.text(
            f"{field}.{index}.title", section.get("title"), _SECTION_TITLE, required=len(sections) > 1
        )
        for place, row in enumerate(
            findings.objects(f"{field}.{index}.rows", section.get("rows"), 1, _MOST_ROWS)
        ):
            ids.append(row.get("id"))
            prefix = f"{field}.{index}.rows.{place}"
            findings.text(f"{prefix}.id", row.get("id"), _ROW_ID)
            findings.text(f"{prefix}.title", row.get("title"), _ROW_TITLE)
            findings.text(f"{prefix}.description", row.get("description"), _ROW_DESCRIPTION, required=False)
    if len(ids) > _MOST_ROWS:
        findings.add(field, f"At most {_MOST_ROWS} rows in all sections together.")
    findings.unique(field, ids, "row id")


def _named(name: str, check: _Check | None = None) -> _Check:
    """A check of ``action.name``, and of ``action.parameters`` where the kind has some."""

    def checked(findings: Findings, action: dict[str, Any]) -> None:
        if action.get("name") != name:
            findings.add("interactive.action.name", f"Give {name}.")
        if check is None:
            return
        parameters = action.get("parameters")
        if isinstance(parameters, dict):
            check(findings, parameters)
        else:
            findings.add("interactive.action.parameters", "Give an object.")

    return checked


def _flow(findings: Findings, parameters: dict[str, Any]) -> None:
    prefix = "interactive.action.parameters"
    if str(parameters.get("flow_message_version")) != "3":
        findings.add(f"{prefix}.flow_message_version", "Give 3.")
    if is_filled(parameters.get("flow_id")) == is_filled(parameters.get("flow_name")):
        findings.add(prefix, "Give either flow_id or flow_name.")
    findings.text(f"{prefix}.flow_cta", parameters.get("flow_cta"), LINK_TEXT)
    if parameters.get("flow_action") not in (None, "navigate", "data_exchange"):
        findings.add(f"{prefix}.flow_action", "Give navigate or data_exchange.")
    if parameters.get("mode") not in (None, "draft", "published"):
        findings.add(f"{prefix}.mode", "Give draft or published.")
    for key in ("flow_id", "flow_name", "flow_token"):
        findings.text(f"{prefix}.{key}", parameters.get(key), _FLOW_ID, required=False)
    payload = parameters.get("flow_action_payload")
    if payload is not None:
        _first_screen(findings, f"{prefix}.flow_action_payload", parameters, payload)


def _first_screen(findings: Findings, field: str, parameters: dict[str, Any], payload: Any) -> None:
    if parameters.get("flow_action") == "data_exchange":
        findings.add(field, "Leave it out: with data_exchange the first screen comes from the endpoint.")
        return
    screen, data = (payload.get("screen"), payload.get("data")) if isinstance(payload, dict) else (None, None)
    findings.text(f"{field}.screen", screen)
    if data is not None and not (isinstance(data, dict) and data):
        findings.add(f"{field}.data", "Give an object with at least one value.")


def _catalog(findings: Findings, action: dict[str, Any]) -> None:
    _named("catalog_message")(findings, action)
    parameters = action.get("parameters")
    if parameters is None:
        return
    if isinstance(parameters, dict):
        field = "interactive.action.parameters.thumbnail_product_retailer_id"
        findings.text(field, parameters.get("thumbnail_product_retailer_id"), _PRODUCT_ID, required=False)
    else:
        findings.add("interactive.action.parameters", "Give an object.")


def _product(findings: Findings, action: dict[str, Any]) -> None:
    for key in ("catalog_id", "product_retailer_id"):
        findings.text(f"interactive.action.{key}", action.get(key), _PRODUCT_ID)


def _products(findings: Findings, action: dict[str, Any]) -> None:
    findings.text("interactive.action.catalog_id", action.get("catalog_id"))
    field = "interactive.action.sections"
    sections = findings.objects(field, action.get("sections"), 1, _MOST_SECTIONS)
    total = 0
    for index, section in enumerate(sections):
        findings.text(
            f"{field}.{index}.title", section.get("title"), _SECTION_TITLE, required=len(sections) > 1
        )
        items = findings.objects(
            f"{field}.{index}.product_items", section.get("product_items"), 1, _MOST_PRODUCTS
        )
        for place, item in enumerate(items):
            findings.text(
                f"{field}.{index}.product_items.{place}.product_retailer_id",
                item.get("product_retailer_id"),
                _PRODUCT_ID,
            )
        total += len(items)
    if total > _MOST_PRODUCTS:
        findings.add(field, f"At most {_MOST_PRODUCTS} products in all sections together.")


def _call(findings: Findings, action: dict[str, Any]) -> None:
    """A button that calls the business. All its parameters have defaults."""
    _named("voice_call")(findings, action)
    parameters = action.get("parameters")
    if parameters is None:
        return
    prefix = "interactive.action.parameters"
    if not isinstance(parameters, dict):
        findings.add(prefix, "Give an object.")
        return
    if parameters.get("display_text") is not None:
        findings.text(f"{prefix}.display_text", parameters["display_text"], LINK_TEXT)
    ttl = parameters.get("ttl_minutes")
    is_whole = isinstance(ttl, int) and not isinstance(ttl, bool)
    if ttl is not None and not (is_whole and 1 <= ttl <= _LONGEST_TTL_MIN):
        findings.add(f"{prefix}.ttl_minutes", f"Give minutes from 1 to {_LONGEST_TTL_MIN:,}.")
    findings.text(f"{prefix}.payload", parameters.get("payload"), _CALL_PAYLOAD, required=False)


def _address(findings: Findings, parameters: dict[str, Any]) -> None:
    prefix = "interactive.action.parameters"
    if parameters.get("country") not in _ADDRESS_COUNTRIES:
        findings.add(f"{prefix}.country", f"Give one of {', '.join(_ADDRESS_COUNTRIES)}.")
    for key in ("values", "validation_errors"):
        if parameters.get(key) is not None:
            _texts(findings, f"{prefix}.{key}", parameters[key])
    saved = parameters.get("saved_addresses")
    if saved is None:
        return
    for place, address in enumerate(findings.objects(f"{prefix}.saved_addresses", saved, 1, 100)):
        findings.text(f"{prefix}.saved_addresses.{place}.id", address.get("id"), _PRODUCT_ID)
        _texts(findings, f"{prefix}.saved_addresses.{place}.value", address.get("value"))


def _texts(findings: Findings, field: str, value: Any) -> None:
    """Texts by the name of an address's field."""
    if not isinstance(value, dict):
        findings.add(field, "Give an object.")
        return
    for key, text in value.items():
        # In ``validation_errors`` a sentence stands here, not a code.
        is_pin_code = key == "in_pin_code" and not field.endswith(".validation_errors")
        findings.text(f"{field}.{key}", text, 6 if is_pin_code else _ADDRESS_VALUE, required=False)


_ACTIONS: dict[str, _Check] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _named("cta_url", check_link),
    "location_request_message": _named("send_location"),
    "request_contact_info": _named("request_contact_info"),
    "flow": _named("flow", _flow),
    "product": _product,
    "product_list": _products,
    "catalog_message": _catalog,
    "call_permission_request": _named("call_permission_request"),
    "carousel": check_carousel,
    "address_message": _named("address_message", _address),
    "order_details": _named("review_and_pay", check_order_details),
    "order_status": _named("review_order", check_order_status),
    "voice_call": _call,
}

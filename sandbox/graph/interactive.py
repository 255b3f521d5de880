"""Validation of interactive messages: buttons, lists, links, forms, products."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.graph import checks
from sandbox.graph.cards import (
    MediaCheck,
    check_address,
    check_carousel,
    check_link_button,
    check_voice_call,
)
from sandbox.graph.orders import check_order_details, check_order_status
from sandbox.model import Json

MAX_BUTTONS = 3
MAX_ROWS = 10
MAX_SECTIONS = 10
MAX_PRODUCTS = 30


def check_interactive(body: Json, check_media: MediaCheck) -> None:
    """Raise GraphError unless the interactive object can be sent. Limits: Meta's pages of each kind, 2026."""
    part = checks.part(body, "interactive", "interactive")
    kind = checks.text(part, "type", "interactive['type']", limit=64)
    rule = _ACTIONS.get(kind)
    if rule is None:
        raise checks.invalid(
            "interactive['type']", f'must be one of {{{", ".join(sorted(_ACTIONS))}}} - got "{kind}".'
        )
    if kind not in _BODY_OPTIONAL or "body" in part:
        inner = checks.part(part, "body", "interactive['body']")
        checks.text(inner, "text", "interactive['body']['text']", limit=4096 if kind == "list" else 1024)
    if kind == "carousel" and "footer" in part:
        raise checks.invalid("interactive['footer']", "is not allowed for a carousel.")
    if "footer" in part:
        footer = checks.part(part, "footer", "interactive['footer']")
        checks.text(footer, "text", "interactive['footer']['text']", limit=60)
    if "header" in part:
        if kind in {"product", "carousel"}:
            raise checks.invalid("interactive['header']", f"is not allowed for a {kind}.")
        _check_header(checks.part(part, "header", "interactive['header']"), kind, check_media)
    elif kind == "product_list":
        raise checks.missing("interactive['header']")
    action = checks.part(part, "action", "interactive['action']")
    if kind == "carousel":
        check_carousel(action, check_media)
    else:
        rule(action)


def _check_header(header: Json, kind: str, check_media: MediaCheck) -> None:
    header_type = checks.text(header, "type", "interactive['header']['type']", limit=32)
    if kind == "order_details" and header_type not in {"image", "document"}:
        raise checks.invalid("interactive['header']['type']", f'cannot be "{header_type}" here.')
    if header_type == "text":
        checks.text(header, "text", "interactive['header']['text']", limit=60)
    elif header_type in {"image", "video", "document"} and kind not in {"list", "product_list"}:
        check_media(header, header_type, f"interactive['header']['{header_type}']")
    else:
        raise checks.invalid("interactive['header']['type']", f'cannot be "{header_type}" here.')


def _check_buttons(action: Json) -> None:
    buttons = checks.items(action, "buttons", "interactive['action']['buttons']")
    if not 1 <= len(buttons) <= MAX_BUTTONS:
        raise checks.invalid(
            "interactive['action']['buttons']", f"must have between 1 and {MAX_BUTTONS} items."
        )
    titles, ids = set(), set()
    for index, button in enumerate(buttons):
        path = f"interactive['action']['buttons'][{index}]"
        if button.get("type") != "reply":
            raise checks.invalid(f"{path}['type']", 'must be "reply".')
        reply = checks.part(button, "reply", f"{path}['reply']")
        ids.add(checks.text(reply, "id", f"{path}['reply']['id']", limit=256))
        titles.add(checks.text(reply, "title", f"{path}['reply']['title']", limit=20))
    if len(titles) < len(buttons) or len(ids) < len(buttons):
        raise checks.invalid("interactive['action']['buttons']", "must have unique titles and ids.")


def _check_list(action: Json) -> None:
    checks.text(action, "button", "interactive['action']['button']", limit=20)
    sections = checks.items(action, "sections", "interactive['action']['sections']")
    if not 1 <= len(sections) <= MAX_SECTIONS:
        raise checks.invalid(
            "interactive['action']['sections']", f"must have between 1 and {MAX_SECTIONS} items."
        )
    ids: list[str] = []
    for index, section in enumerate(sections):
        path = f"interactive['action']['sections'][{index}]"
        checks.text(section, "title", f"{path}['title']", limit=24, optional=len(sections) == 1)
        for number, row in enumerate(checks.items(section, "rows", f"{path}['rows']")):
            ids.append(checks.text(row, "id", f"{path}['rows'][{number}]['id']", limit=200))
            checks.text(row, "title", f"{path}['rows'][{number}]['title']", limit=24)
            checks.text(
                row, "description", f"{path}['rows'][{number}]['description']", limit=72, optional=True
            )
    if not 1 <= len(ids) <= MAX_ROWS:
        raise checks.invalid(
            "interactive['action']['sections']", f"must have between 1 and {MAX_ROWS} rows in total."
        )
    if len(set(ids)) < len(ids):
        raise checks.invalid("interactive['action']['sections']", "must have unique row ids.")


def _check_cta_url(action: Json) -> None:
    check_link_button(action, "interactive['action']")


def _check_flow(action: Json) -> None:
    _check_name(action, "flow")
    parameters = checks.part(action, "parameters", "interactive['action']['parameters']")
    if not parameters.get("flow_id") and not parameters.get("flow_name"):
        raise checks.missing("interactive['action']['parameters']['flow_id']")
    if str(parameters.get("flow_message_version")) != "3":
        raise checks.invalid("interactive['action']['parameters']['flow_message_version']", "must be 3.")
    checks.text(parameters, "flow_cta", "interactive['action']['parameters']['flow_cta']", limit=20)
    payload = parameters.get("flow_action_payload")
    if payload is None:
        return
    path = "interactive['action']['parameters']['flow_action_payload']"
    if parameters.get("flow_action") == "data_exchange" or not isinstance(payload, dict):
        raise checks.invalid(path, "must be an object, and only with flow_action navigate.")
    checks.text(payload, "screen", f"{path}['screen']", limit=256)
    if "data" in payload and not (isinstance(payload["data"], dict) and payload["data"]):
        raise checks.invalid(f"{path}['data']", "must be a non-empty object.")


def _check_product(action: Json) -> None:
    checks.text(action, "catalog_id", "interactive['action']['catalog_id']", limit=64)
    checks.text(action, "product_retailer_id", "interactive['action']['product_retailer_id']", limit=256)


def _check_product_list(action: Json) -> None:
    checks.text(action, "catalog_id", "interactive['action']['catalog_id']", limit=64)
    sections = checks.items(action, "sections", "interactive['action']['sections']")
    count = 0
    for index, section in enumerate(sections):
        path = f"interactive['action']['sections'][{index}]"
        checks.text(section, "title", f"{path}['title']", limit=24, optional=len(sections) == 1)
        products = checks.items(section, "product_items", f"{path}['product_items']")
        for number, product in enumerate(products):
            field = f"{path}['product_items'][{number}]['product_retailer_id']"
            checks.text(product, "product_retailer_id", field, limit=256)
        count += len(products)
    if not 1 <= len(sections) <= MAX_SECTIONS or not 1 <= count <= MAX_PRODUCTS:
        raise checks.invalid(
            "interactive['action']['sections']",
            f"must have 1 to {MAX_SECTIONS} sections and 1 to {MAX_PRODUCTS} products in total.",
        )


def _check_name(action: Json, name: str) -> None:
    if action.get("name") != name:
        raise checks.invalid("interactive['action']['name']", f'must be "{name}".')


_ACTIONS: dict[str, Callable[[Json], None]] = {
    "button": _check_buttons,
    "list": _check_list,
    "cta_url": _check_cta_url,
    "location_request_message": lambda action: _check_name(action, "send_location"),
    "request_contact_info": lambda action: _check_name(action, "request_contact_info"),
    "carousel": lambda _: None,  # its check needs to look at files: above
    "address_message": check_address,
    "order_details": check_order_details,
    "order_status": check_order_status,
    "voice_call": check_voice_call,
    "call_permission_request": lambda action: _check_name(action, "call_permission_request"),
    "catalog_message": lambda action: _check_name(action, "catalog_message"),
    "flow": _check_flow,
    "product": _check_product,
    "product_list": _check_product_list,
}
_BODY_OPTIONAL = {"product", "call_permission_request"}

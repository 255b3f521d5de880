"""The limits of messages about orders: what is asked to be paid, and how far the order is.

Source: Meta's "Receive payments via payment gateways" (India) and "Orders" (Brazil), read November 2025.
"""

import re
import time
from typing import Any

from livechat.whatsapp.sending.checks import Findings

_REFERENCE = re.compile(r"[A-Za-z0-9_.-]+")
# By currency: how long a reference may be. Payments in WhatsApp are offered in these two alone.
_REFERENCE_LENGTH = {"INR": 35, "BRL": 60}
_OFFSET = 100
_MOST_ITEMS, _ITEM_NAME, _NOTE, _EXPLANATION, _CONFIGURATION = 999, 60, 60, 120, 60
_LEAST_EXPIRATION_S = 300
_MOST = 2**53
_GOODS = ("digital-goods", "physical-goods")
_ORDER_STATES = ("pending", "processing", "partially-shipped", "shipped", "completed", "canceled")
# The Indian page spells one of them like this.
_OTHER_SPELLINGS = ("partially_shipped",)
_PAYMENT_STATES = ("pending", "captured", "failed")
_PREFIX = "interactive.action.parameters"


def check_order_details(findings: Findings, parameters: dict[str, Any]) -> None:
    """``order_details``: the order, its sums, and how it is paid."""
    currency = parameters.get("currency")
    limit = _REFERENCE_LENGTH.get(currency) if isinstance(currency, str) else None
    if limit is None:
        findings.add(f"{_PREFIX}.currency", f"Give {' or '.join(_REFERENCE_LENGTH)}.")
    _reference(findings, parameters, limit or max(_REFERENCE_LENGTH.values()))
    if parameters.get("type") not in _GOODS:
        findings.add(f"{_PREFIX}.type", f"Give {' or '.join(_GOODS)}.")
    if currency == "BRL" and parameters.get("payment_type") != "br":
        findings.add(f"{_PREFIX}.payment_type", "Give br.")
    _payment_settings(findings, parameters.get("payment_settings"), required=currency == "INR")
    if parameters.get("beneficiaries") is not None:
        _beneficiaries(findings, parameters["beneficiaries"])
    total = _amount(findings, f"{_PREFIX}.total_amount", parameters.get("total_amount"))
    order = parameters.get("order")
    if not isinstance(order, dict):
        findings.add(f"{_PREFIX}.order", "Give an object.")
        return
    wanted = _order(findings, f"{_PREFIX}.order", order)
    if None not in (total, wanted) and total != wanted:
        findings.add(
            f"{_PREFIX}.total_amount.value",
            f"Subtotal, tax and shipping less the discount make {wanted}.",
        )


def check_order_status(findings: Findings, parameters: dict[str, Any]) -> None:
    """``order_status``: how far an order is that was sent before."""
    _reference(findings, parameters, max(_REFERENCE_LENGTH.values()))
    order, payment = parameters.get("order"), parameters.get("payment")
    if not isinstance(order, dict):
        findings.add(f"{_PREFIX}.order", "Give an object.")
    else:
        if order.get("status") not in _ORDER_STATES + _OTHER_SPELLINGS:
            findings.add(f"{_PREFIX}.order.status", f"Give one of {', '.join(_ORDER_STATES)}.")
        description = order.get("description")
        findings.text(f"{_PREFIX}.order.description", description, _EXPLANATION, required=False)
    if payment is None:
        return
    if not isinstance(payment, dict):
        findings.add(f"{_PREFIX}.payment", "Give an object.")
        return
    if payment.get("status") not in _PAYMENT_STATES:
        findings.add(f"{_PREFIX}.payment.status", f"Give one of {', '.join(_PAYMENT_STATES)}.")
    if payment.get("timestamp") is not None and _whole(payment["timestamp"]) is None:
        findings.add(f"{_PREFIX}.payment.timestamp", "Give the time as Unix seconds.")


def _reference(findings: Findings, parameters: dict[str, Any], limit: int) -> None:
    field, value = f"{_PREFIX}.reference_id", parameters.get("reference_id")
    findings.text(field, value, limit)
    if isinstance(value, str) and value.strip() and not _REFERENCE.fullmatch(value):
        findings.add(field, "Only English letters, digits, underscores, dashes and dots.")


def _payment_settings(findings: Findings, value: Any, *, required: bool) -> None:
    field = f"{_PREFIX}.payment_settings"
    if value is None and not required:
        return
    for place, setting in enumerate(findings.objects(field, value, 1, 10)):
        kind = setting.get("type")
        findings.text(f"{field}.{place}.type", kind)
        if not isinstance(kind, str) or not kind.strip():
            continue
        told = setting.get(kind)
        if not isinstance(told, dict):
            findings.add(f"{field}.{place}.{kind}", "Give an object.")
        elif kind == "payment_gateway":
            where = f"{field}.{place}.{kind}"
            findings.text(f"{where}.type", told.get("type"))
            findings.text(f"{where}.configuration_name", told.get("configuration_name"), _CONFIGURATION)
        elif kind == "payment_link":
            findings.link(f"{field}.{place}.{kind}.uri", told.get("uri"))


def _beneficiaries(findings: Findings, value: Any) -> None:
    field = f"{_PREFIX}.beneficiaries"
    for place, person in enumerate(findings.objects(field, value, 1, 10)):
        for key, limit in (("name", 200), ("address_line1", 100), ("city", None), ("state", None)):
            findings.text(f"{field}.{place}.{key}", person.get(key), limit)
        findings.text(f"{field}.{place}.address_line2", person.get("address_line2"), 100, required=False)
        for key in ("country", "postal_code"):
            findings.text(f"{field}.{place}.{key}", person.get(key))


def _order(findings: Findings, field: str, order: dict[str, Any]) -> int | None:
    """What the whole order costs; None where a part of it cannot be read."""
    if order.get("status") != "pending":
        findings.add(f"{field}.status", "Give pending: a new order has no other status.")
    items = [
        _item(findings, f"{field}.items.{place}", item)
        for place, item in enumerate(findings.objects(f"{field}.items", order.get("items"), 1, _MOST_ITEMS))
    ]
    subtotal = _amount(findings, f"{field}.subtotal", order.get("subtotal"))
    sums = [item for item in items if item is not None]
    if subtotal is not None and len(sums) == len(items) > 0 and subtotal != sum(sums):
        findings.add(f"{field}.subtotal.value", f"The items make {sum(sums)}.")
    tax = _amount(findings, f"{field}.tax", order.get("tax"), described=True)
    others = [
        0 if order.get(key) is None else _amount(findings, f"{field}.{key}", order[key], described=True)
        for key in ("shipping", "discount")
    ]
    if order.get("expiration") is not None:
        _expiration(findings, f"{field}.expiration", order["expiration"])
    shipping, discount = others
    if subtotal is None or tax is None or shipping is None or discount is None:
        return None
    return subtotal + tax + shipping - discount


def _item(findings: Findings, field: str, item: dict[str, Any]) -> int | None:
    """What an item costs, as often as it was ordered."""
    findings.text(f"{field}.name", item.get("name"), _ITEM_NAME)
    findings.text(f"{field}.retailer_id", item.get("retailer_id"), required=False)
    price = _amount(findings, f"{field}.amount", item.get("amount"))
    if item.get("sale_amount") is not None:
        price = _amount(findings, f"{field}.sale_amount", item["sale_amount"])
    quantity = _whole(item.get("quantity"))
    if quantity is None or quantity < 1:
        findings.add(f"{field}.quantity", "Give a whole number, 1 or more.")
        return None
    return None if price is None else price * quantity


def _amount(findings: Findings, field: str, value: Any, *, described: bool = False) -> int | None:
    """The value of an amount, in hundredths."""
    if not isinstance(value, dict):
        findings.add(field, "Give an object with value and offset.")
        return None
    amount = _whole(value.get("value"))
    if amount is None or amount < 0:
        findings.add(f"{field}.value", f"Give the amount times {_OFFSET}, a whole number.")
    if _whole(value.get("offset")) != _OFFSET:
        findings.add(f"{field}.offset", f"Give {_OFFSET}.")
    if described:
        for key in ("description", "discount_program_name"):
            findings.text(f"{field}.{key}", value.get(key), _NOTE, required=False)
    return amount


def _expiration(findings: Findings, field: str, value: Any) -> None:
    if not isinstance(value, dict):
        findings.add(field, "Give an object with timestamp and description.")
        return
    given = value.get("timestamp")
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) <= 12:
        given = int(given)
    at = _whole(given)
    if at is None or at < time.time() + _LEAST_EXPIRATION_S:
        findings.add(f"{field}.timestamp", "Give the time as Unix seconds, five minutes ahead or more.")
    findings.text(f"{field}.description", value.get("description"), _EXPLANATION)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MOST else None

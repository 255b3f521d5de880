"""Validation of messages about orders: their sums, their references, and the order of their states."""

from __future__ import annotations

import re
import time
from typing import Any

from sandbox.asked_orders import PAYMENT_STATES, told_orders
from sandbox.errors import GraphError
from sandbox.graph import checks
from sandbox.model import Json, PhoneNumber
from sandbox.world import World

REFERENCE_LIMITS = {"INR": 35, "BRL": 60}
OFFSET = 100
EXPIRES_AFTER_S = 300
STATES = {
    "pending",
    "processing",
    "partially-shipped",
    "partially_shipped",
    "shipped",
    "completed",
    "canceled",
}
# No other state follows these.
FINAL = {"completed", "canceled"}

_PATH = "interactive['action']['parameters']"
_REFERENCE = re.compile(r"^[A-Za-z0-9_.-]+$")


def check_order_details(action: Json) -> None:
    """Check an order, its payment and its sums (Meta, "Orders" and "Payment gateways", 2025)."""
    parameters = _parameters(action, "review_and_pay")
    currency = checks.text(parameters, "currency", f"{_PATH}['currency']", limit=3)
    if currency not in REFERENCE_LIMITS:
        raise checks.invalid(f"{_PATH}['currency']", f'must be one of {{BRL, INR}} - got "{currency}".')
    _check_reference(parameters, REFERENCE_LIMITS[currency])
    goods = checks.text(parameters, "type", f"{_PATH}['type']", limit=64)
    if goods not in {"digital-goods", "physical-goods"}:
        raise checks.invalid(f"{_PATH}['type']", "must be one of {digital-goods, physical-goods}.")
    if currency == "BRL" and parameters.get("payment_type") != "br":
        raise checks.invalid(f"{_PATH}['payment_type']", 'must be "br".')
    if currency == "INR" or parameters.get("payment_settings") is not None:
        _check_settings(parameters)
    total = _amount(parameters, "total_amount", _PATH)
    order = checks.part(parameters, "order", f"{_PATH}['order']")
    if order.get("status") != "pending":
        raise checks.invalid(f"{_PATH}['order']['status']", 'must be "pending".')
    if total != _sum_of(order, f"{_PATH}['order']"):
        raise checks.invalid(
            f"{_PATH}['total_amount']['value']", "must be subtotal + tax + shipping - discount."
        )
    if order.get("expiration") is not None:
        expiration = checks.part(order, "expiration", f"{_PATH}['order']['expiration']")
        path = f"{_PATH}['order']['expiration']"
        checks.number(
            expiration.get("timestamp"), f"{path}['timestamp']", time.time() + EXPIRES_AFTER_S, 1e11
        )
        checks.text(expiration, "description", f"{path}['description']", limit=120)


def check_order_status(action: Json) -> None:
    """Check the new state of an order."""
    parameters = _parameters(action, "review_order")
    _check_reference(parameters, max(REFERENCE_LIMITS.values()))
    order = checks.part(parameters, "order", f"{_PATH}['order']")
    status = checks.text(order, "status", f"{_PATH}['order']['status']", limit=64)
    if status not in STATES:
        raise checks.invalid(
            f"{_PATH}['order']['status']", f"must be one of {{{', '.join(sorted(STATES))}}}."
        )
    checks.text(order, "description", f"{_PATH}['order']['description']", limit=120, optional=True)
    if parameters.get("payment") is not None:
        payment = checks.part(parameters, "payment", f"{_PATH}['payment']")
        state = checks.text(payment, "status", f"{_PATH}['payment']['status']", limit=64)
        if state not in PAYMENT_STATES:
            raise checks.invalid(
                f"{_PATH}['payment']['status']", "must be one of {captured, failed, pending}."
            )


def check_history(world: World, number: PhoneNumber, part: Any) -> None:
    """Raise GraphError where a message does not fit what was told of its order before.

    One reference names one order. No state follows a final one. A paid order cannot be cancelled.
    """
    if not isinstance(part, dict) or part.get("type") not in {"order_details", "order_status"}:
        return
    parameters = part["action"]["parameters"]
    reference = parameters["reference_id"]
    known = [told for told in told_orders(world, number) if told["reference_id"] == reference]
    if part["type"] == "order_details":
        if known:
            raise checks.invalid(f"{_PATH}['reference_id']", "must be unique for each order.")
        return
    if not known:
        raise checks.invalid(f"{_PATH}['reference_id']", "is of no order.")
    if known[-1]["order"]["status"] in FINAL:
        raise GraphError(2046)
    paid = world.payments.get((number.phone_number_id, reference)) in {"captured", "pending"}
    if parameters["order"]["status"] == "canceled" and paid:
        raise GraphError(2047)


def _parameters(action: Json, name: str) -> Json:
    if action.get("name") != name:
        raise checks.invalid("interactive['action']['name']", f'must be "{name}".')
    return checks.part(action, "parameters", _PATH)


def _check_reference(parameters: Json, limit: int) -> None:
    reference = checks.text(parameters, "reference_id", f"{_PATH}['reference_id']", limit=limit)
    if not _REFERENCE.match(reference):
        raise checks.invalid(
            f"{_PATH}['reference_id']", "can have letters, digits, underscores, dashes and dots only."
        )


def _check_settings(parameters: Json) -> None:
    path = f"{_PATH}['payment_settings']"
    settings = checks.items(parameters, "payment_settings", path)
    if not settings:
        raise checks.invalid(path, "must have at least 1 item.")
    for place, setting in enumerate(settings):
        kind = checks.text(setting, "type", f"{path}[{place}]['type']", limit=64)
        told = checks.part(setting, kind, f"{path}[{place}]['{kind}']")
        if kind == "payment_gateway":
            checks.text(told, "type", f"{path}[{place}]['{kind}']['type']", limit=64)
            field = f"{path}[{place}]['{kind}']['configuration_name']"
            checks.text(told, "configuration_name", field, limit=60)


def _sum_of(order: Json, path: str) -> int:
    items = checks.items(order, "items", f"{path}['items']")
    if not items:
        raise checks.invalid(f"{path}['items']", "must have at least 1 item.")
    total = 0
    for place, item in enumerate(items):
        where = f"{path}['items'][{place}]"
        checks.text(item, "name", f"{where}['name']", limit=60)
        price = _amount(item, "amount", where)
        if item.get("sale_amount") is not None:
            price = _amount(item, "sale_amount", where)
        quantity = item.get("quantity")
        if type(quantity) is not int or quantity < 1:
            raise checks.invalid(f"{where}['quantity']", "must be a positive integer.")
        total += price * quantity
    if _amount(order, "subtotal", path) != total:
        raise checks.invalid(f"{path}['subtotal']['value']", "must be the sum of the items.")
    total += _amount(order, "tax", path)
    for key, sign in (("shipping", 1), ("discount", -1)):
        if order.get(key) is not None:
            total += sign * _amount(order, key, path)
    return total


def _amount(parent: Json, key: str, path: str) -> int:
    where = f"{path}['{key}']"
    amount = checks.part(parent, key, where)
    if amount.get("offset") != OFFSET:
        raise checks.invalid(f"{where}['offset']", f"must be {OFFSET}.")
    value = amount.get("value")
    if type(value) is not int or value < 0:
        raise checks.invalid(f"{where}['value']", "must be a positive integer.")
    checks.text(amount, "description", f"{where}['description']", limit=60, optional=True)
    return value

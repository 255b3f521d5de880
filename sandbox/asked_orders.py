"""The orders that customers were asked to pay, and the states of a payment."""

from __future__ import annotations

from sandbox.model import Json, PhoneNumber
from sandbox.world import World

PAYMENT_STATES = {"pending", "captured", "failed"}


def told_orders(world: World, number: PhoneNumber) -> list[Json]:
    """The parameters of all accepted messages about orders, oldest first."""
    return [
        message.body["interactive"]["action"]["parameters"]
        for message in list(world.messages.values())
        if message.direction == "outbound"
        and message.phone_number_id == number.phone_number_id
        and message.type == "interactive"
        and message.body["interactive"].get("type") in {"order_details", "order_status"}
    ]

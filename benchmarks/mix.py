"""Webhooks in Meta's mix: one event in four is a customer's message, three say what became of one of ours."""

import time
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import orjson

from benchmarks.webhooks import CUSTOMERS, NUMBER, WABA, signed

STATUSES = ("sent", "delivered", "read")
Change = dict[str, Any]
EVENTS_A_MESSAGE = 1 + len(STATUSES)
# Statuses come some events after one another, and after other customers' messages, as at Meta's pace.
APART = 16


@dataclass(frozen=True, slots=True)
class Business:
    """A number, and the account that it belongs to."""

    number: str = NUMBER
    waba: str = WABA


def customer_of(serial: int) -> str:
    """The customer of the message with this serial number: a thousand of them, in turn."""
    return f"9188{serial * 7919 % CUSTOMERS:08d}"


def sent_wamid(serial: int) -> str:
    """Meta's id of our message with this serial number."""
    return "wamid." + b64encode(b"HBgMOTE3NzU1OTkxMDUxFQIAERgS%020d" % serial).decode()


def message(serial: int, now: int, business: Business = Business(), customer: str = "") -> Change:
    """A change with a customer's text."""
    phone = customer or customer_of(serial)
    wamid = "wamid." + b64encode(b"HBgMOTE3NzU1OTkxMDUxFQIAEhgg%020d" % serial).decode()
    text = {"body": f"Hi, is my order {serial} ready? I would come by at five. 🙂"}
    row = {"from": phone, "from_user_id": _user(phone), "id": wamid, "timestamp": str(now)}
    return _change(business, phone, messages=[{**row, "type": "text", "text": text}])


def status(serial: int, name: str, now: int) -> Change:
    """A change with what became of our message with this serial number."""
    phone = customer_of(serial)
    row: dict[str, Any] = {
        "id": sent_wamid(serial),
        "status": name,
        "timestamp": str(now),
        "recipient_id": phone,
        "recipient_user_id": _user(phone),
    }
    if name != "read":
        row["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}
    return _change(Business(), phone, statuses=[row])


def events(messages: int, first: int) -> list[Change]:
    """Changes of so many messages and of three statuses to each, from this serial number on."""
    now = int(time.time())
    timed = []
    for serial in range(first, first + messages):
        at = serial * EVENTS_A_MESSAGE
        timed.append((at, message(serial, now)))
        timed += [(at + (n + 1) * APART, status(serial, name, now)) for n, name in enumerate(STATUSES)]
    return [change for _, change in sorted(timed, key=lambda each: each[0])]


def signed_mix(secret: str, messages: int, first: int, in_a_body: int) -> list[bytes]:
    """``events`` as HTTP requests with so many in each."""
    changes = events(messages, first)
    return [signed(secret, body(changes[at : at + in_a_body])) for at in range(0, len(changes), in_a_body)]


def body(changes: list[Change], business: Business = Business()) -> bytes:
    """A webhook with these changes of one account."""
    entry = {"id": business.waba, "changes": changes}
    return orjson.dumps({"object": "whatsapp_business_account", "entry": [entry]})


def _user(phone: str) -> str:
    return f"IN.13491208{phone}"


def _change(business: Business, phone: str, **rows: Any) -> Change:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": business.number},
        "contacts": [
            {"profile": {"name": f"Asha Kulkarni {phone[-3:]}"}, "wa_id": phone, "user_id": _user(phone)}
        ],
        **rows,
    }
    return {"value": value, "field": "messages"}

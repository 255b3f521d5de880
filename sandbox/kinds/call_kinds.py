"""Webhooks about calls: a customer's call, the status of the business's own call, a recording."""

from __future__ import annotations

import time
from collections.abc import Callable

from sandbox import media_store
from sandbox.model import Customer, Json, PhoneNumber
from sandbox.webhooks.shapes import Update, number_update, sender
from sandbox.world import World


def _call(world: World, number: PhoneNumber, customer: Customer, command: Json) -> Update:
    event = str(command["kind"]).removeprefix("call_")
    now = int(command.get("timestamp") or time.time())
    call: Json = {"id": str(command.get("call_id") or world.ids.call_id())}
    call |= {"to": number.display_phone_number, **sender(customer), "event": event, "timestamp": str(now)}
    call["direction"] = "USER_INITIATED"
    call |= {key: str(command[key]) for key in ("cta_payload", "deeplink_payload") if command.get(key)}
    if event == "connect":
        sdp = "v=0\r\no=- 7669997803033704573 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
        call["session"] = {"sdp_type": "offer", "sdp": sdp}
        # A call opens the window, as a message does (Meta, "About the platform").
        world.customer_wrote((number.phone_number_id, customer.key), now)
    else:
        call |= {"status": "COMPLETED", "start_time": str(now - 60), "end_time": str(now), "duration": 60}
    return number_update(number, "calls", f"call:{event}", contacts=[customer.contact()], calls=[call])


def _call_file(world: World, number: PhoneNumber, customer: Customer, command: Json) -> Update:
    """A recording or transcript of `call_id`. Its file can be downloaded like any other."""
    key = str(command["kind"])
    kind = "audio" if key == "call_recording" else "document"
    media = media_store.customer_file(world, number.phone_number_id, kind, {})
    call: Json = {"id": str(command.get("call_id") or world.ids.call_id()), **sender(customer)}
    call |= {"timestamp": str(int(command.get("timestamp") or time.time()))}
    word = "recording" if kind == "audio" else "transcription"
    call |= {"event": f"call_{word}_available"}
    call[key] = {"type": kind, kind: media_store.webhook_part(world, media, kind, {})}
    return number_update(number, "calls", f"call:{word}", calls=[call])


def _call_status(world: World, number: PhoneNumber, customer: Customer, command: Json) -> Update:
    entry: Json = {"id": str(command.get("call_id") or world.ids.call_id()), "type": "call"}
    entry |= {"status": str(command.get("status", "RINGING")), "timestamp": str(int(time.time()))}
    if customer.wa_id:
        entry["recipient_id"] = customer.wa_id
    return number_update(number, "calls", "call:status", statuses=[entry])


CALL_KINDS: dict[str, Callable[[World, PhoneNumber, Customer, Json], Update]] = {
    "call_connect": _call,
    "call_terminate": _call,
    "call_status": _call_status,
    "call_recording": _call_file,
    "call_transcript": _call_file,
}

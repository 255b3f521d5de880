"""Webhooks as Meta sends them: one text message each, from many customers, signed."""

import hashlib
import hmac
import time
from base64 import b64encode

import orjson

from benchmarks.load import request

WABA = "102290129340398"
NUMBER = "106540352242922"
CUSTOMERS = 1000


def bodies(count: int, first: int = 0) -> list[bytes]:
    """``count`` bodies in the shape and length of Meta's (v26.0), each with a wamid of its own."""
    now = int(time.time())
    return [_body(serial, now) for serial in range(first, first + count)]


def signed_requests(secret: str, count: int, first: int = 0) -> list[bytes]:
    """``bodies`` as whole HTTP requests."""
    return [signed(secret, body) for body in bodies(count, first)]


def signed(secret: str, body: bytes) -> bytes:
    """A body as Meta posts it."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return request(
        "POST",
        "/webhook",
        {
            "User-Agent": "facebookexternalua",
            "Accept": "*/*",
            "Content-Type": "application/json",
            "X-Hub-Signature": "sha1=" + hashlib.sha1(body, usedforsecurity=False).hexdigest(),
            "X-Hub-Signature-256": f"sha256={digest}",
        },
        body,
    )


def _body(serial: int, now: int) -> bytes:
    customer = serial * 7919 % CUSTOMERS
    phone, user_id = f"9188{customer:08d}", f"IN.1349120865530{customer:07d}"
    wamid = "wamid." + b64encode(b"HBgMOTE3NzU1OTkxMDUxFQIAEhgg%020d" % serial).decode()
    message = {
        "from": phone,
        "from_user_id": user_id,
        "id": wamid,
        "timestamp": str(now),
        "type": "text",
        "text": {"body": f"Hi, is my order {serial} ready? I would come by at five. 🙂"},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": NUMBER},
        "contacts": [{"profile": {"name": f"Asha Kulkarni {customer}"}, "wa_id": phone, "user_id": user_id}],
        "messages": [message],
    }
    change = {"value": value, "field": "messages"}
    return orjson.dumps({"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [change]}]})

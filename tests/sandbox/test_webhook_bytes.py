from __future__ import annotations

import hashlib
import json
from pathlib import Path

from sandbox.testing import SandboxClient
from sandbox.webhooks.encoding import encode, sign
from tests.sandbox.callback import Callback, wait_until

VECTOR = Path(__file__).parent.parent / "whatsapp" / "payloads" / "edge-meta-escaped-bytes.json"
SIGNATURE = "sha256=976e57c9322fcc205c5d687198bf549386e7c02691d552e9b5609b3c64bfcf74"


def test_the_recorded_body_is_reproduced_byte_for_byte() -> None:
    recorded = VECTOR.read_bytes()
    assert hashlib.sha256(recorded).hexdigest().startswith("8e048d35515f352b")
    assert encode(json.loads(recorded)) == recorded
    assert sign(recorded, "test-app-secret") == SIGNATURE


def test_a_webhook_is_escaped_and_signed_over_its_bytes(box: SandboxClient, callback: Callback) -> None:
    text = "50% off <today> at café@home 🙂 https://example.com/a/b"
    box.customer_writes("917755991051", text)
    hook = wait_until(lambda: callback.hooks and callback.hooks[0])
    assert b"50\\u0025 off \\u003Ctoday> at caf\\u00e9\\u0040home \\ud83d\\ude42 https:\\/\\/" in hook.body
    assert hook.body.isascii()
    assert hook.is_signed("test-app-secret")
    assert hook.values[0]["messages"][0]["text"]["body"] == text


def test_a_changed_secret_signs_from_then_on(box: SandboxClient, callback: Callback) -> None:
    box.configure(app_secret="another-secret")
    box.customer_writes("917755991051", "Hi")
    hook = wait_until(lambda: callback.hooks and callback.hooks[0])
    assert hook.is_signed("another-secret")
    assert not hook.is_signed("test-app-secret")


def test_raw_bytes_are_delivered_as_they_are(box: SandboxClient, callback: Callback) -> None:
    answer = box.raw_webhook(VECTOR.read_text())
    assert answer["status"] == 200
    assert callback.hooks[0].body == VECTOR.read_bytes()
    assert callback.hooks[0].headers["x-hub-signature-256"] == SIGNATURE
    box.raw_webhook("{not json", signature="sha256=00")
    assert callback.hooks[1].headers["x-hub-signature-256"] == "sha256=00"
    box.raw_webhook("{}", signature="", headers={"X-Extra": "1"})
    assert "x-hub-signature-256" not in callback.hooks[2].headers
    assert callback.hooks[2].headers["x-extra"] == "1"
    callback.answers = [503]
    assert box.raw_webhook("{}")["status"] == 503
    assert len(callback.hooks) == 4

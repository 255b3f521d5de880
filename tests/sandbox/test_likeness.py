"""For every recorded pair of request and answer, the sandbox answers in the same shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.testing import SandboxClient
from tests.sandbox.callback import shape

PAIRS = Path(__file__).parent.parent / "whatsapp" / "payloads-out"
NAMES = sorted(path.name.removesuffix(".request.json") for path in PAIRS.glob("*.request.json"))
STATUS = {"error-190-token-expired": 401, "error-132001-template-missing": 404, "error-2-transient": 503}


def _provoke(box: SandboxClient, name: str) -> str | None:
    """Bring about what the error needs; the token to use where it is another one."""
    if name == "error-190-token-expired":
        box.token("old-token", "expired")
        return "old-token"
    if name == "error-131056-pair-rate-limit":
        box.behave(enforce_pair_limit=True)
        for _ in range(45):
            assert box.send("+917755991051").status_code == 200
    elif name == "error-130429-throughput":
        box.behave(throughput_mps=1)
        assert box.send("+919820012345").status_code == 200
    elif name == "error-131030-recipient-not-allowed":
        box.behave(allowed_recipients=["919820012345"])
    elif name == "error-131047-window-closed":
        box.behave(enforce_window="sync")
    elif name == "error-2-transient":
        box.fault("error", code=2, times=1)
    elif name == "template-named-held":
        box.call("PUT", "/templates/reservation_confirmation", {"pacing": "held_for_quality_assessment"})
    return None


def test_all_pairs_are_here() -> None:
    assert len(NAMES) == 25


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_has_the_recorded_shape(box: SandboxClient, name: str) -> None:
    request = json.loads((PAIRS / f"{name}.request.json").read_text())
    expected = json.loads((PAIRS / f"{name}.response.json").read_text())
    for media_id, mime_type in (("1037543291543636", "image/jpeg"), ("1037543291543637", "audio/ogg")):
        box.call("POST", "/media", {"id": media_id, "mime_type": mime_type})
    if "status" in request:
        written = box.customer_writes("917755991051", "Hi")
        request["message_id"] = written["wamid"]
    token = _provoke(box, name)

    answer = box.graph("POST", f"{box.phone_number_id}/messages", json=request, token=token)

    assert answer.status_code == STATUS.get(name, 400 if name.startswith("error-") else 200), answer.text
    found = answer.json()
    assert shape(found) == shape(expected)
    if "error" in expected:
        _compare_errors(found["error"], expected["error"])
    elif "messages" in expected:
        assert found["contacts"] == expected["contacts"]
        assert found["messages"][0]["id"].startswith("wamid.HBg")
        assert found["messages"][0].get("message_status") == expected["messages"][0].get("message_status")


def _compare_errors(found: dict[str, Any], expected: dict[str, Any]) -> None:
    for key in ("type", "code", "error_subcode", "is_transient", "error_data"):
        assert found.get(key) == expected.get(key)
    if expected["code"] == 190:
        assert found["message"].startswith("Error validating access token: Session has expired on ")
    else:
        assert found["message"] == expected["message"]

"""Messages that ask for something: taken and refused as Meta does, and answered by the customer."""

import json
from typing import Any

import pytest

from sandbox.testing import SandboxClient
from tests.kinds.asking import ASKING, WRONG, changed, order, order_status
from tests.sandbox.callback import Callback

ASHA = "917755991051"


def send(box: SandboxClient, part: dict[str, Any], **more: Any) -> Any:
    body = {"messaging_product": "whatsapp", "to": f"+{ASHA}", "type": "interactive", "interactive": part}
    return box.graph("POST", f"{box.phone_number_id}/messages", json={**body, **more})


def code(answer: Any) -> int:
    return int(answer.json()["error"]["code"])


def test_each_is_taken_as_it_stands(box: SandboxClient) -> None:
    for name, part in ASKING.items():
        answer = send(box, part)
        assert answer.status_code == 200, (name, answer.text)
    assert [taken["body"]["interactive"] for taken in box.messages()] == list(ASKING.values())


def test_each_wrong_one_is_refused_with_metas_code(box: SandboxClient) -> None:
    for name, path, value, _, wanted in WRONG:
        answer = send(box, changed(name, path, value))
        assert answer.status_code == 400, (name, path, value, answer.text)
        assert code(answer) == wanted, (name, path, value, answer.text)
        assert answer.json()["error"]["error_data"]["details"]
    assert box.messages() == []


def test_an_order_has_one_reference_and_an_end(box: SandboxClient) -> None:
    assert code(send(box, order_status("shipped", "o-1"))) == 131009
    assert send(box, order("o-1")).status_code == 200
    assert code(send(box, order("o-1"))) == 131009
    assert send(box, order("o-2")).status_code == 200
    box.webhook("payment", customer=ASHA, reference_id="o-1")
    assert code(send(box, order_status("canceled", "o-1"))) == 2047
    for status in ("processing", "partially_shipped", "shipped", "completed"):
        assert send(box, order_status(status, "o-1")).status_code == 200
    assert code(send(box, order_status("processing", "o-1"))) == 2046
    box.webhook("payment", customer=ASHA, reference_id="o-2", status="failed")
    assert send(box, order_status("canceled", "o-2")).status_code == 200


def test_the_customer_pays_fills_in_and_calls(open_box: SandboxClient, callback: Callback) -> None:
    parts = (order("order-7"), ASKING["address"], ASKING["call"], ASKING["carousel"], ASKING["order's state"])
    for part in parts:
        assert send(open_box, part).status_code == 200
    view = open_box.call("GET", "/view", customer=ASHA)
    shown = {bubble["text"]: bubble for bubble in view["bubbles"]}
    assert [row["value"] for row in shown["Your order"]["rows"]] == ["90.00 INR", "40.00 INR", "215.00 INR"]
    assert len(shown["Fresh today"]["cards_shown"]) == 10
    assert shown["Fresh today"]["cards_shown"][1]["buttons"][0]["detail"] == "https://bakery.example/1"
    assert shown["News of your order"]["rows"][0]["value"] == "Partially-shipped"
    for words in ("Your order", "Where to?", "Call us"):
        answer = shown[words]["buttons"][0]["answers"]
        open_box.call("POST", f"/customers/{ASHA}/messages", answer)
    assert open_box.flush()
    [payment] = [each for each in callback.statuses if each.get("type") == "payment"]
    assert (payment["status"], payment["recipient_id"]) == ("captured", ASHA)
    assert payment["payment"]["reference_id"] == "order-7"
    assert payment["payment"]["amount"] == {"value": 21_500, "offset": 100}
    [reply] = [each["interactive"]["nfm_reply"] for each in callback.messages if "interactive" in each]
    assert reply["name"] == "address_message"
    filled = json.loads(reply["response_json"])
    assert (filled["saved_address_id"], filled["values"]["address"]) == ("a1", "12 MG Road")
    [call] = [call for hook in callback.hooks for value in hook.values for call in value.get("calls", [])]
    assert (call["event"], call["cta_payload"]) == ("connect", "help")


@pytest.mark.parametrize("preview", ["yes", 1, []])
def test_a_preview_is_asked_for_or_not(box: SandboxClient, preview: Any) -> None:
    for value, status in ((preview, 400), (True, 200), (False, 200)):
        answer = send(box, {}, type="text", text={"body": "https://bakery.example", "preview_url": value})
        assert answer.status_code == status, answer.text

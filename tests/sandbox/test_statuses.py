from __future__ import annotations

import time

import pytest

from sandbox.testing import SandboxClient
from tests.sandbox.callback import Callback, wait_until

ASHA = "917755991051"


def _wamid(answer: object) -> str:
    return answer.json()["messages"][0]["id"]  # type: ignore[attr-defined]


def test_sent_then_delivered_with_data_and_people(open_box: SandboxClient, callback: Callback) -> None:
    wamid = _wamid(open_box.send("+" + ASHA, biz_opaque_callback_data="msg:42"))
    assert open_box.flush()
    assert sorted(s["status"] for s in callback.statuses) == ["delivered", "sent"]
    for hook in callback.hooks:
        [value] = hook.values
        [status] = value["statuses"]
        assert (status["id"], status["biz_opaque_callback_data"]) == (wamid, "msg:42")
        assert (status["recipient_id"], status["recipient_user_id"]) == (ASHA, "IN.13491208655302741918")
        assert status["pricing"]["category"] == "service"
        assert value["contacts"][0]["wa_id"] == ASHA
    assert open_box.message(wamid)["status"] == "delivered"


def test_read_by_the_customer_once(open_box: SandboxClient, callback: Callback) -> None:
    wamid = _wamid(open_box.send("+" + ASHA))
    assert open_box.flush()
    assert open_box.customer_reads(ASHA) == {"read": [wamid]}
    assert open_box.customer_reads(ASHA) == {"read": []}
    read = wait_until(lambda: [s for s in callback.statuses if s["status"] == "read"])
    assert len(read) == 1
    assert "pricing" not in read[0]


def test_read_up_to_a_message(open_box: SandboxClient) -> None:
    first, second = _wamid(open_box.send("+" + ASHA)), _wamid(open_box.send("+" + ASHA))
    assert open_box.customer_reads(ASHA, wamid=first) == {"read": [first]}
    assert open_box.customer_reads(ASHA, wamid=second) == {"read": [second]}


def test_reading_by_themselves_and_receipts_switched_off(open_box: SandboxClient, callback: Callback) -> None:
    open_box.behave(auto_read=True)
    open_box.add_customer(wa_id="5511987654321", user_id="BR.1", read_receipts=False)
    open_box.customer_writes("5511987654321", "Oi")
    open_box.send("+" + ASHA)
    open_box.send("+5511987654321")
    assert open_box.flush()
    assert [s["recipient_id"] for s in callback.statuses if s["status"] == "read"] == [ASHA]


def test_a_shut_window_fails_later_or_at_once(box: SandboxClient, callback: Callback) -> None:
    box.customer_writes(ASHA, "long ago", timestamp=int(time.time()) - 90_000)
    assert box.send("+" + ASHA, biz_opaque_callback_data="m").status_code == 200
    assert box.flush()
    [failed] = callback.statuses
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131047)
    assert failed["biz_opaque_callback_data"] == "m"
    assert "recipient_user_id" not in failed
    # The customer's own webhook has contacts, and may arrive after this one: deliveries overtake each other.
    [told] = [value for hook in callback.hooks for value in hook.values if "statuses" in value]
    assert "contacts" not in told
    box.behave(enforce_window="sync")
    assert box.send("+" + ASHA).json()["error"]["code"] == 131047
    box.behave(enforce_window=False)
    assert box.send("+" + ASHA).status_code == 200


def test_a_template_needs_no_window(box: SandboxClient, callback: Callback) -> None:
    body = {"messaging_product": "whatsapp", "to": "+" + ASHA, "type": "template"}
    body |= {"template": {"name": "hello_world", "language": {"code": "en_US"}}}
    assert box.graph("POST", f"{box.phone_number_id}/messages", json=body).status_code == 200
    assert box.flush()
    assert [s["pricing"]["category"] for s in callback.statuses] == ["utility", "utility"]


def test_strangers(box: SandboxClient, callback: Callback) -> None:
    box.send("+4915112345678")
    assert box.flush()
    assert {s["status"] for s in callback.statuses} == {"sent", "delivered"}
    box.behave(strangers="no_whatsapp")
    box.send("+4915112345679")
    assert box.flush()
    assert callback.statuses[-1]["errors"][0]["code"] == 131026
    box.behave(strangers="enforce")
    box.send("+4915112345678")
    assert box.flush()
    assert callback.statuses[-1]["errors"][0]["code"] == 131047


def test_an_undeclared_number_that_writes_is_a_customer(box: SandboxClient, callback: Callback) -> None:
    box.customer_writes("4915112345678", "Hallo")
    box.webhook("text", customer="4915112345679", text="Hallo", wait=True)
    assert box.flush()
    assert {m["from"] for m in callback.messages} == {"4915112345678", "4915112345679"}
    assert box.messages() == []
    assert len(box.messages(direction="all", limit=1)) == 1
    first = box.messages(direction="all")[0]
    assert [m["seq"] for m in box.messages(direction="all", after=first["seq"])] == [first["seq"] + 1]
    box.send("+4915112345678")
    assert box.flush()
    assert {s["status"] for s in callback.statuses} == {"sent", "delivered"}


def test_people_that_cannot_be_reached(box: SandboxClient, callback: Callback) -> None:
    box.add_customer(wa_id="911111111111", on_whatsapp=False)
    box.customer_writes(ASHA, "Hi")
    box.call("POST", f"/customers/{ASHA}/block", {})
    assert box.send("+" + ASHA).json()["error"]["code"] == 130403
    assert box.send("+911111111111").status_code == 200
    assert box.flush()
    assert callback.statuses[-1]["errors"][0]["code"] == 131026


def test_a_reaction_is_only_sent(open_box: SandboxClient, callback: Callback) -> None:
    body = {"messaging_product": "whatsapp", "to": "+" + ASHA, "type": "reaction"}
    body |= {"reaction": {"message_id": "wamid.x", "emoji": "👍"}}
    assert open_box.graph("POST", f"{open_box.phone_number_id}/messages", json=body).status_code == 200
    assert open_box.flush()
    assert [s["status"] for s in callback.statuses] == ["sent"]


def test_someone_without_a_phone_number(box: SandboxClient, callback: Callback) -> None:
    meera = "IN.44120987301265539917"
    box.customer_writes(meera, "Hi")
    body = {"messaging_product": "whatsapp", "recipient": meera, "text": {"body": "Hello Meera"}}
    answer = box.graph("POST", f"{box.phone_number_id}/messages", json=body).json()
    assert answer["contacts"] == [{"input": meera, "user_id": meera}]
    assert box.flush()
    assert callback.messages[0]["from_user_id"] == meera
    assert "from" not in callback.messages[0]
    assert all("recipient_id" not in s and s["recipient_user_id"] == meera for s in callback.statuses)


def test_played_and_statuses_by_command(open_box: SandboxClient, callback: Callback) -> None:
    open_box.behave(auto_deliver=False)
    wamid = _wamid(open_box.send("+" + ASHA))
    assert open_box.flush()
    assert callback.statuses == []
    open_box.webhook("status", wamid=wamid, status="read", wait=True)
    open_box.webhook("status", wamid=wamid, status="sent", wait=True)
    open_box.call("POST", f"/customers/{ASHA}/play", {"wamid": wamid})
    assert open_box.flush()
    assert [s["status"] for s in callback.statuses] == ["read", "sent", "played"]
    assert open_box.message(wamid)["status"] == "played"


def test_customers_answer_by_themselves(open_box: SandboxClient, callback: Callback) -> None:
    open_box.behave(auto_reply=True, auto_reply_text="Thanks!", auto_reply_delay_ms=10)
    open_box.send("+" + ASHA)
    assert wait_until(lambda: callback.messages)[0]["text"]["body"] == "Thanks!"


def test_a_customer_with_a_script_reads_and_says_each_line_once(
    open_box: SandboxClient, callback: Callback
) -> None:
    open_box.behave(auto_reply=True, auto_reply_text="Thanks!", auto_reply_delay_ms=0)
    open_box.add_customer(wa_id=ASHA, answers=["Lovely!", "See you"])
    for said in (["Lovely!"], ["Lovely!", "See you"], ["Lovely!", "See you", "Thanks!"]):
        wamid = _wamid(open_box.send("+" + ASHA))
        wait_until(lambda said=said: [m["text"]["body"] for m in callback.messages] == said)
        assert open_box.message(wamid)["status"] == ("delivered" if "Thanks!" in said else "read")


def test_the_pair_limit_has_real_numbers(box: SandboxClient) -> None:
    box.behave(enforce_pair_limit=True, enforce_window="off")
    codes = [box.send("+" + ASHA).status_code for _ in range(46)]
    assert codes == [200] * 45 + [400]
    assert box.send("+919820012345").status_code == 200


def test_strict_sets_real_limits(box: SandboxClient) -> None:
    strict = box.behave(strict=True)
    assert (strict["throughput_mps"], strict["enforce_pair_limit"]) == (80.0, True)
    assert strict["strangers"] == "enforce"


@pytest.mark.parametrize(
    "changes",
    [{"auto_read": 1}, {"sent_delay_ms": -1}, {"colour": 1}, {"enforce_window": "maybe"}, {"strangers": "?"}],
)
def test_a_switch_that_is_not_understood_is_refused(box: SandboxClient, changes: dict[str, object]) -> None:
    answer = box.graph("PUT", f"{box.base_url}/sandbox/behaviour", json=changes)
    assert answer.status_code == 422

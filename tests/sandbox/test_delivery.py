from __future__ import annotations

from sandbox.testing import SandboxClient
from tests.sandbox.callback import Callback, wait_until

ASHA = "917755991051"


def _texts(callback: Callback) -> list[str]:
    return [message["text"]["body"] for message in callback.messages]


def test_a_refused_webhook_is_repeated_with_the_same_bytes(box: SandboxClient, callback: Callback) -> None:
    box.deliver(retry_base_ms=20)
    callback.answers = [500, 503, 404]
    box.customer_writes(ASHA, "Hi")
    wait_until(lambda: len(callback.hooks) == 4)
    assert len({hook.body for hook in callback.hooks}) == 1
    assert box.flush()
    [delivery] = box.deliveries()
    assert delivery["state"] == "delivered"
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 503, 404, 200]


def test_repeats_are_bounded_and_can_be_asked_for(box: SandboxClient, callback: Callback) -> None:
    box.deliver(retry_base_ms=5, max_attempts=3)
    callback.answers = [500, 500, 500]
    box.customer_writes(ASHA, "Hi")
    [delivery] = wait_until(lambda: box.deliveries(state="failed"))
    assert len(delivery["attempts"]) == 3
    box.call("POST", f"/deliveries/{delivery['id']}/redeliver")
    wait_until(lambda: len(callback.hooks) == 4)


def test_an_unreachable_callback_is_tried_again(box: SandboxClient, callback: Callback) -> None:
    box.deliver(retry_base_ms=30)
    box.configure(callback_url="http://127.0.0.1:9/webhook")
    box.customer_writes(ASHA, "Hi")
    [delivery] = wait_until(lambda: box.deliveries(state="retrying"))
    assert delivery["attempts"][0]["status"] is None
    assert delivery["attempts"][0]["error"] == "NewConnectionError"


def test_duplicates(box: SandboxClient, callback: Callback) -> None:
    box.deliver(duplicate=2)
    box.customer_writes(ASHA, "Hi")
    wait_until(lambda: len(callback.hooks) == 3)
    assert len({hook.body for hook in callback.hooks}) == 1
    assert [d["repeat_of"] for d in box.deliveries()].count(None) == 1


def test_hold_and_release_in_batches(box: SandboxClient, callback: Callback) -> None:
    box.deliver(hold=True, batch=3)
    for index in range(7):
        box.customer_writes(ASHA, str(index))
    assert box.call("GET", "/delivery")["depth"]["waiting"] == 7
    assert callback.hooks == []
    box.deliver(hold=False)
    wait_until(lambda: len(callback.messages) == 7)
    assert sorted(len(hook.values[0]["messages"]) for hook in callback.hooks) == [1, 3, 3]
    assert all(len(hook.values[0]["contacts"]) == 1 for hook in callback.hooks)


def test_a_batch_holds_two_numbers_and_two_accounts(box: SandboxClient, callback: Callback) -> None:
    other = box.add_number(waba_id="102290129340398", display_phone_number="15550783881")
    box.deliver(hold=True, batch=10)
    box.customer_writes(ASHA, "to number one")
    box.customer_writes(ASHA, "to number two", phone_number_id=other["phone_number_id"])
    box.customer_writes("16505551234", "again to number one")
    box.deliver(hold=False)
    wait_until(lambda: callback.hooks)
    entries = callback.hooks[0].json["entry"]
    assert [entry["id"] for entry in entries] == ["811978564885194", "102290129340398"]
    first = entries[0]["changes"][0]["value"]
    assert [message["text"]["body"] for message in first["messages"]] == [
        "to number one",
        "again to number one",
    ]
    assert len(first["contacts"]) == 2


def test_shuffled(box: SandboxClient, callback: Callback) -> None:
    box.reset(seed=3)
    box.deliver(shuffle=True, shuffle_ms=200)
    wanted = [str(index) for index in range(12)]
    for text in wanted:
        box.customer_writes(ASHA, text)
    wait_until(lambda: len(callback.messages) == 12)
    assert sorted(_texts(callback), key=int) == wanted
    assert _texts(callback) != wanted


def test_late(box: SandboxClient, callback: Callback) -> None:
    box.deliver(delay_ms=150)
    box.customer_writes(ASHA, "Hi")
    assert box.call("GET", "/delivery")["depth"]["waiting"] == 1
    assert callback.hooks == []
    wait_until(lambda: callback.hooks)


def test_a_backlog_is_sent_in_fuller_posts(box: SandboxClient, callback: Callback) -> None:
    box.deliver(hold=True, batch_when_behind=5)
    for index in range(30):
        box.customer_writes(ASHA, str(index))
    box.deliver(hold=False)
    wait_until(lambda: len(callback.messages) == 30)
    assert len(callback.hooks) < 10


def test_an_override_receives_instead_of_the_callback(box: SandboxClient, callback: Callback) -> None:
    elsewhere = {
        "override_callback_uri": f"{callback.base_url}/elsewhere",
        "verify_token": "test-verify-token",
    }
    wrong = elsewhere | {"verify_token": "wrong"}
    refused = box.graph("POST", f"{box.waba_id}/subscribed_apps", json=wrong)
    assert refused.json()["error"]["code"] == 2200
    assert box.graph("POST", f"{box.waba_id}/subscribed_apps", json=elsewhere).json() == {"success": True}
    box.customer_writes(ASHA, "Hi")
    assert box.flush()
    assert box.deliveries()[-1]["url"].endswith("/elsewhere")


def test_the_handshake_can_be_tried(box: SandboxClient, callback: Callback) -> None:
    assert box.call("POST", "/verify", {})["ok"] is True
    assert box.call("POST", "/verify", {"verify_token": "wrong"}) == {"ok": False, "status": 403, "body": ""}


def test_without_a_subscription_nothing_comes_where_it_is_required(
    box: SandboxClient, callback: Callback
) -> None:
    box.behave(require_subscription=True)
    box.customer_writes(ASHA, "lost")
    box.graph("POST", f"{box.waba_id}/subscribed_apps")
    box.customer_writes(ASHA, "found")
    wait_until(lambda: callback.hooks)
    assert _texts(callback) == ["found"]

from __future__ import annotations

import time

import pytest
import requests

from sandbox.testing import ControlFailed, SandboxClient
from tests.sandbox.callback import Callback, wait_until

ASHA = "+917755991051"


def test_an_error_by_code_for_one_recipient_and_some_times(open_box: SandboxClient) -> None:
    open_box.fault("error", code=131056, times=2, retry_after=4, match={"to": ASHA})
    assert open_box.send("+919820012345").status_code == 200
    for _ in range(2):
        refused = open_box.send(ASHA)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, 131056)
        assert refused.headers["Retry-After"] == "4"
    assert open_box.send(ASHA).status_code == 200
    assert len(open_box.messages(to="917755991051")) == 1


def test_an_error_with_another_status_and_subcode(open_box: SandboxClient) -> None:
    open_box.fault("error", code=190, subcode=467, http_status=400, times=1, match={"endpoint": "messages"})
    refused = open_box.send(ASHA)
    assert refused.status_code == 400
    assert refused.json()["error"]["error_subcode"] == 467


@pytest.mark.parametrize(("kind", "accepted"), [("drop_before", 0), ("drop_after_accept", 1)])
def test_a_dropped_connection(open_box: SandboxClient, callback: Callback, kind: str, accepted: int) -> None:
    open_box.fault(kind, times=1)
    with pytest.raises(requests.ConnectionError):
        open_box.send(ASHA, biz_opaque_callback_data="msg:1")
    assert len(open_box.messages()) == accepted
    assert open_box.requests()[-1]["outcome"] == "dropped"
    if accepted:
        status = wait_until(lambda: callback.statuses and callback.statuses[0])
        assert (status["status"], status["biz_opaque_callback_data"]) == ("sent", "msg:1")
    assert open_box.send(ASHA).status_code == 200


def test_delays_before_and_after_acceptance(open_box: SandboxClient) -> None:
    open_box.fault("delay", seconds=0.2, when="before", times=1)
    open_box.fault("delay", seconds=0.2, when="after", times=1)
    started = time.monotonic()
    assert open_box.send(ASHA).status_code == 200
    assert time.monotonic() - started >= 0.4


def test_a_client_that_gives_up_has_still_sent(open_box: SandboxClient) -> None:
    open_box.fault("delay", seconds=1, when="after", times=1)
    with pytest.raises(requests.ReadTimeout):
        open_box.graph(
            "POST",
            f"{open_box.phone_number_id}/messages",
            json={"messaging_product": "whatsapp", "to": ASHA, "text": {"body": "x"}},
            timeout=0.3,
        )
    assert len(open_box.messages()) == 1


def test_answers_that_are_no_json_or_empty_or_without_id(open_box: SandboxClient) -> None:
    open_box.fault("http_html", times=1)
    html = open_box.send(ASHA)
    assert (html.status_code, html.headers["Content-Type"]) == (502, "text/html")
    assert "502 Bad Gateway" in html.text
    assert open_box.messages() == []
    open_box.fault("http_html", times=1, accept=True)
    open_box.send(ASHA)
    open_box.fault("empty", times=1, accept=True)
    assert (open_box.send(ASHA).status_code, open_box.messages()[-1]["type"]) == (200, "text")
    open_box.fault("no_id", times=1)
    answer = open_box.send(ASHA)
    assert answer.status_code == 200
    assert answer.json()["messages"] == []
    assert len(open_box.messages()) == 3


def test_a_status_can_arrive_before_the_answer(open_box: SandboxClient, callback: Callback) -> None:
    open_box.behave(sent_delay_ms=5000)
    open_box.fault("status_before_response", times=1)
    answer = open_box.send(ASHA)
    assert [s["id"] for s in callback.statuses] == [answer.json()["messages"][0]["id"]]
    assert callback.hooks[0].at < time.monotonic()


def test_probability_is_repeatable_by_a_seed(open_box: SandboxClient) -> None:
    def outcomes() -> list[int]:
        open_box.reset(seed=7)
        open_box.behave(enforce_window="off")
        open_box.fault("error", code=131000, probability=0.5)
        return [open_box.send(ASHA).status_code for _ in range(12)]

    first = outcomes()
    assert set(first) == {200, 500}
    assert outcomes() == first


def test_faults_are_listed_and_lifted(box: SandboxClient) -> None:
    rule = box.fault("error", code=2)
    box.fault("empty")
    assert [fault["kind"] for fault in box.call("GET", "/faults")["faults"]] == ["error", "empty"]
    box.call("DELETE", f"/faults/{rule['id']}")
    assert box.clear_faults() == {"removed": 1}


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "explode"},
        {"kind": "error"},
        {"kind": "delay"},
        {"kind": "error", "code": 1, "times": 0},
        {"kind": "error", "code": 1, "probability": 2},
        {"kind": "error", "code": 1, "match": {"colour": "red"}},
        {"kind": "error", "code": "1"},
        {"kind": "empty", "nonsense": 1},
    ],
)
def test_a_rule_that_is_not_understood_is_refused(box: SandboxClient, rule: dict[str, object]) -> None:
    with pytest.raises(ControlFailed) as refused:
        box.call("POST", "/faults", rule)
    assert refused.value.status == 422

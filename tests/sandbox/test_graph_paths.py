"""Paths, errors and the edges beside messages, as Graph has them."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from sandbox import defaults
from sandbox.testing import SandboxClient, SandboxServer

ASHA, ROHAN = "917755991051", "919820012345"
PRODUCT = {"messaging_product": "whatsapp"}
SESSION = {"session": {"sdp_type": "offer", "sdp": "v=0"}}


def ask(box: SandboxClient, method: str, path: str, **options: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {box.access_token}"}
    return requests.request(method, f"{box.base_url}{path}", headers=headers, timeout=30, **options)


@pytest.mark.parametrize("prefix", ["", "/v20.0", "/v26.0"])
@pytest.mark.parametrize("end", ["", "/", "//"])
def test_every_path_has_a_default_version_and_may_end_in_a_slash(
    box: SandboxClient, prefix: str, end: str
) -> None:
    number, waba = box.phone_number_id, box.waba_id
    for path in (number, f"{number}/whatsapp_business_profile", f"{number}/groups", f"{waba}/phone_numbers",
                 f"{waba}/message_templates", waba):  # fmt: skip
        answer = ask(box, "GET", f"{prefix}/{path}{end}")
        assert answer.status_code == 200, path
    box.customer_writes(ASHA, "Hi")
    body = PRODUCT | {"to": ASHA, "type": "text", "text": {"body": "x"}}
    assert ask(box, "POST", f"{prefix}/{number}/messages{end}", json=body).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 400, 100),
        ("GET", "/v26.0/nothing", 400, 100),
        ("GET", "/v26.0/nothing/at/all/", 400, 100),
        ("POST", "/830558756814059/nothing", 400, 2500),
        ("GET", "/v26.0/811978564885194/nothing", 400, 2500),
        ("GET", "/v26.0", 404, 2500),
        ("GET", "/v99.0/830558756814059", 400, 2500),
        ("GET", "/v26/830558756814059", 400, 100),
        ("PUT", "/v26.0/830558756814059", 405, 100),
        ("PATCH", "/830558756814059/messages", 405, 100),
        ("DELETE", "/830558756814059/invite_link", 400, 100),
        ("POST", "/830558756814059/messages", 400, 100),
        ("GET", "/%F0%9F%8D%9E", 400, 100),
        ("GET", "/v26.0/upload:nothing", 400, 100),
        ("GET", "/v26.0/Y2FwaV9ncm91cDox/invite_link", 400, 100),
    ],
)
def test_every_error_is_graphs(box: SandboxClient, method: str, path: str, status: int, code: int) -> None:
    answer = ask(box, method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert {"message", "type", "code", "fbtrace_id"} <= answer.json()["error"].keys()
    assert "x-sandbox-code" not in answer.headers


def test_without_a_token_unversioned_paths_are_refused_too(box: SandboxClient) -> None:
    for path in (box.phone_number_id, f"{box.phone_number_id}/settings", f"{box.waba_id}/message_templates"):
        assert requests.get(f"{box.base_url}/{path}", timeout=30).json()["error"]["code"] == 200


def test_what_is_the_sandboxs_own_stays_so(box: SandboxClient) -> None:
    assert "text/html" in requests.get(f"{box.base_url}/", timeout=30).headers["Content-Type"]
    assert requests.get(f"{box.base_url}/sandbox/kinds/", timeout=30).status_code == 200
    assert requests.get(f"{box.base_url}/sandbox/nothing", timeout=30).json()["error"]
    assert requests.get(f"{box.base_url}/static/page.js", timeout=30).status_code == 200


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"about": "x" * 140}, 100), ({"about": ""}, 100), ({"address": "x" * 257}, 100), ({"description": "x" * 513}, 100),
        ({"email": "x"}, 100), ({"websites": ["ftp://x"]}, 100), ({"websites": ["https://"]}, 100), ({"websites": ["http://["]}, 100),
        ({"websites": ["https://a.example"] * 3}, 100), ({"websites": "https://a.example"}, 100), ({"vertical": "CIRCUS"}, 100),
        ({"vertical": []}, 100), ({"profile_picture_handle": "4::x"}, 100), ({"about": 5}, 131009),
    ],
)  # fmt: skip
def test_a_profile_is_checked_and_kept_as_it_was(
    box: SandboxClient, change: dict[str, Any], code: int
) -> None:
    path = f"{box.phone_number_id}/whatsapp_business_profile"
    fields = "about,address,description,email,websites,vertical,profile_picture_url"
    before = box.graph("GET", f"{path}?fields={fields}").json()
    assert box.graph("POST", path, json=PRODUCT | change).json()["error"]["code"] == code
    assert box.graph("GET", f"{path}?fields={fields}").json() == before


def test_a_profile_shows_what_is_asked_for(box: SandboxClient) -> None:
    path = f"{box.phone_number_id}/whatsapp_business_profile"
    change = {"about": "Bread", "address": "1 Baker St", "vertical": "RETAIL"}
    assert box.graph("POST", path, json=PRODUCT | change).json() == {"success": True}
    assert box.graph("GET", f"{path}?fields=about,email").json() == {"data": [{"about": "Bread", **PRODUCT}]}
    box.graph("POST", path, json=PRODUCT | {"address": ""})
    assert "address" not in box.graph("GET", f"{path}?fields=address").json()["data"][0]
    assert box.graph("GET", f"{path}?fields=shoe_size").json()["error"]["code"] == 100
    assert box.graph("POST", path, json=change).json()["error"]["code"] == 100


def test_settings_are_merged_and_checked(box: SandboxClient) -> None:
    path = f"{box.phone_number_id}/settings"
    assert box.graph("GET", path).json()["calling"]["status"] == "DISABLED"
    assert box.graph("POST", path, json={"calling": {"status": "ENABLED"}}).json() == {"success": True}
    box.graph("POST", path, json={"calling": {"callback_permission_status": "ENABLED"}})
    calling = box.graph("GET", f"{path}?fields=calling").json()
    assert calling == {
        "calling": {
            "status": "ENABLED",
            "call_icon_visibility": "DEFAULT",
            "callback_permission_status": "ENABLED",
        }
    }
    for bad in (
        {},
        {"calling": "on"},
        {"calling": {"status": "ON"}},
        {"calling": {"volume": 1}},
        {"brightness": {}},
    ):
        assert box.graph("POST", path, json=bad).json()["error"]["code"] == 100
    assert box.graph("GET", f"{path}?fields=calling").json() == calling


def test_a_conversation_is_passed_released_and_taken(box: SandboxClient) -> None:
    def control(action: Any, **more: Any) -> Any:
        body = PRODUCT | {"to": ASHA, "action": action} | more
        answer = box.graph("POST", f"{box.phone_number_id}/thread_control", json=body).json()
        return answer.get("error", {}).get("code", "done")

    assert control("take") == 2494191
    assert control("pass", control_pass={"target_role": "ai_agent"}, metadata="asked for hours") == "done"
    assert control("release") == 2494191
    assert [control("take"), control("release"), control("take"), control("pass")] == ["done"] * 4
    assert control("take", metadata="x" * 2001) == 100
    assert control("juggle") == 100
    assert control("take", to=None) == 100
    assert control("take", to="4915100000000") == 131009
    assert control("take") == "done"
    assert control("pass", control_pass={"target_role": "king"}) == 100
    assert control("release", control_pass={}) == 100


def test_calls_need_a_permission_that_the_customer_gave(box: SandboxClient) -> None:
    path = f"{box.phone_number_id}/calls"
    connect = PRODUCT | {"to": ASHA, "action": "connect"} | SESSION
    assert box.graph("POST", path, json=connect).json()["error"]["code"] == 138006
    box.customer_writes(ASHA, "Hi")
    request = {"type": "call_permission_request", "action": {"name": "call_permission_request"}}
    sent = box.graph(
        "POST",
        f"{box.phone_number_id}/messages",
        json=PRODUCT | {"to": ASHA, "type": "interactive", "interactive": request},
    ).json()
    box.customer_writes(
        ASHA, type="call_permission_reply", response="accept", reply_to=sent["messages"][0]["id"]
    )
    told = box.graph("GET", f"{box.phone_number_id}/call_permissions?user_wa_id={ASHA}").json()
    assert told["permission"]["status"] in {"temporary", "permanent"}
    ask_again, start = told["actions"]
    assert (ask_again["action_name"], ask_again["can_perform_action"]) == (
        "send_call_permission_request",
        False,
    )
    assert ask_again["limits"][0]["current_usage"] == 1
    assert start["can_perform_action"] is True
    begun = box.graph("POST", path, json=connect).json()
    call_id = begun["calls"][0]["id"]
    assert begun["success"] is True
    assert call_id.startswith("wacid.")
    for action in ("pre_accept", "accept", "reject", "terminate"):
        body = PRODUCT | {"action": action, "call_id": call_id} | SESSION
        assert box.graph("POST", path, json=body).json()["success"] is True
    told = box.graph("GET", f"{box.phone_number_id}/call_permissions?user_wa_id={ASHA}").json()
    assert told["actions"][1]["limits"][0]["current_usage"] == 1
    for bad, code in (
        ({"action": "connect", "to": ASHA}, 131008), ({"action": "hum"}, 100), ({"action": "accept"}, 131008),
        ({"action": "accept", "call_id": "x"} | SESSION, 138012), ({"action": "connect", "to": "4915100000000"} | SESSION, 131026),
    ):  # fmt: skip
        assert box.graph("POST", path, json=PRODUCT | bad).json()["error"]["code"] == code
    assert box.graph("GET", f"{box.phone_number_id}/call_permissions").json()["error"]["code"] == 100


def test_groups_are_listed_by_page_and_unknown_ones_refused(box: SandboxClient) -> None:
    path = f"{box.phone_number_id}/groups"
    for n in range(3):
        assert box.graph("POST", path, json=PRODUCT | {"subject": f"Group {n}"}).json()["request_id"]
    first = box.graph("GET", f"{path}?limit=3").json()
    rest = box.graph("GET", f"{path}?limit=3&after={first['paging']['cursors']['after']}").json()
    assert [len(page["data"]) for page in (first, rest)] == [3, 1]
    for bad in ({}, {"subject": ""}, {"subject": "x" * 129}, {"subject": "x", "join_approval_mode": "never"}):
        assert box.graph("POST", path, json=PRODUCT | bad).status_code == 400
    assert box.graph("GET", f"{path}?limit=no").json()["error"]["code"] == 100
    assert box.graph("GET", f"{path}?after=no").json()["error"]["code"] == 131059
    group = first["data"][0]["id"]
    named = {"participants": [{"user": "4915100000000"}]}
    assert box.graph("DELETE", f"{group}/participants", json=PRODUCT | named).json()["error"]["code"] == 100
    assert box.graph("GET", f"{group}/join_requests").json()["data"] == []
    for unknown in ("", "/invite_link", "/participants", "/join_requests"):
        assert box.graph("GET", f"Y2FwaV9ncm91cDpub25l{unknown}").json()["error"]["error_subcode"] == 33
    assert box.send("Y2FwaV9ncm91cDpub25l", recipient_type="group").json()["error"]["code"] == 100
    assert box.send(group, recipient_type="group").status_code == 200


@pytest.mark.parametrize(
    "query",
    ["", "file_length=0&file_type=image/png", "file_length=x&file_type=image/png", "file_length=5&file_type=text/html",
     "file_length=999999999&file_type=image/png"],
)  # fmt: skip
def test_upload_sessions_are_for_what_meta_takes(box: SandboxClient, query: str) -> None:
    assert box.graph("POST", f"app/uploads?{query}").json()["error"]["code"] == 100


def test_an_upload_goes_on_where_it_broke_off(box: SandboxClient) -> None:
    begun = box.graph("POST", "app/uploads?file_name=a.pdf&file_length=6&file_type=application/pdf").json()[
        "id"
    ]
    assert begun.startswith("upload:")

    def put(data: bytes, offset: str) -> Any:
        return box.graph("POST", begun, data=data, headers={"file_offset": offset}).json()

    assert put(b"%PDF", "0")["file_offset"] == 4
    assert put(b"%PDF", "0")["error"]["code"] == 100
    assert put(b"xx", "nine")["error"]["code"] == 100
    assert put(b"too long", "4")["error"]["code"] == 100
    assert box.graph("GET", begun).json()["file_offset"] == 4
    assert box.graph("GET", begun.partition("?")[0]).json()["error"]["code"] == 100
    handle = put(b"-1", "4")["h"]
    assert handle.startswith("4::")
    profile = f"{box.phone_number_id}/whatsapp_business_profile"
    answer = box.graph("POST", profile, json=PRODUCT | {"profile_picture_handle": handle}).json()
    assert answer["error"]["error_subcode"] == 2388091


def test_every_template_of_the_start_has_an_example_for_what_is_filled_in() -> None:
    def check(component: dict[str, Any]) -> None:
        for card in component.get("cards", []):
            for each in card["components"]:
                check(each)
        for button in component.get("buttons", []):
            assert ("{{" in button.get("url", "") or button["type"] == "COPY_CODE") <= ("example" in button)
        is_filled = re.search(r"\{\{", component.get("text", "")) or component.get("format") in {
            "IMAGE",
            "VIDEO",
            "DOCUMENT",
        }
        assert bool(is_filled) <= bool(component.get("example")), component

    for template in defaults.templates():
        for component in template.components:
            check(component)


def test_profile_settings_and_groups_survive_a_restart(tmp_path: Any) -> None:
    state = str(tmp_path / "state.db")
    with SandboxServer(state_path=state) as server:
        box = server.client
        number = box.phone_number_id
        box.graph("POST", f"{number}/whatsapp_business_profile", json=PRODUCT | {"about": "Bread"})
        box.graph("POST", f"{number}/settings", json={"calling": {"status": "ENABLED"}})
        box.graph("POST", f"{number}/groups", json=PRODUCT | {"subject": "Bakers"})
    with SandboxServer(state_path=state) as server:
        box = server.client
        assert (
            box.graph("GET", f"{number}/whatsapp_business_profile?fields=about").json()["data"][0]["about"]
            == "Bread"
        )
        assert box.graph("GET", f"{number}/settings").json()["calling"]["status"] == "ENABLED"
        subjects = [group["subject"] for group in box.graph("GET", f"{number}/groups").json()["data"]]
        assert subjects == ["Bread club", "Bakers"]

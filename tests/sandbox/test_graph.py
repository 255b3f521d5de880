from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from sandbox.testing import SandboxClient
from tests.sandbox.callback import Callback

ASHA = "917755991051"
BASE: dict[str, Any] = {"messaging_product": "whatsapp", "to": "+917755991051"}


def _send(box: SandboxClient, **body: Any) -> Any:
    return box.graph("POST", f"{box.phone_number_id}/messages", json={**BASE, **body})


def _buttons(*titles: str) -> dict[str, Any]:
    buttons = [
        {"type": "reply", "reply": {"id": f"id-{i}", "title": title}} for i, title in enumerate(titles)
    ]
    return {"type": "button", "body": {"text": "?"}, "action": {"buttons": buttons}}


def _list(*titles: str) -> dict[str, Any]:
    rows = [{"id": str(i), "title": title} for i, title in enumerate(titles)]
    return {"type": "list", "body": {"text": "?"}, "action": {"button": "Open", "sections": [{"rows": rows}]}}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"type": "text", "text": {"body": "x" * 4097}}, 100),
        ({"type": "text", "text": {"body": ""}}, 131008),
        ({"type": "text"}, 131008),
        ({"type": "text", "text": "x"}, 131009),
        ({"type": "hologram"}, 131051),
        ({"type": ["text"]}, 131051),
        ({"to": "12", "text": {"body": "x"}}, 131009),
        ({"to": "", "text": {"body": "x"}}, 100),
        ({"to": "", "recipient": "nonsense", "text": {"body": "x"}}, 131009),
        ({"to": "917755991053", "text": {"body": "x"}}, 131021),
        ({"text": {"body": "x"}, "biz_opaque_callback_data": "x" * 513}, 100),
        ({"text": {"body": "x"}, "context": {"message_id": ""}}, 131008),
        ({"text": {"body": "x"}, "recipient_type": {}}, 100),
        ({"type": "image", "image": {"id": "404"}}, 100),
        ({"type": "image", "image": {"id": "1", "link": "https://x/y.jpg"}}, 100),
        ({"type": "image", "image": {"link": "ftp://x"}}, 131009),
        ({"type": "image", "image": {"link": "https://x/y.jpg", "caption": "x" * 1025}}, 100),
        ({"type": "audio", "audio": {"link": "https://x/y.ogg", "caption": "x"}}, 100),
        ({"type": "location", "location": {"latitude": "91", "longitude": "0"}}, 131009),
        ({"type": "location", "location": {"latitude": "9"}}, 131008),
        ({"type": "contacts", "contacts": []}, 131009),
        ({"type": "contacts", "contacts": [{"name": {}}]}, 131008),
        ({"type": "reaction", "reaction": {"message_id": "w", "emoji": "ok"}}, 131009),
        ({"type": "interactive", "interactive": _buttons()}, 131009),
        ({"type": "interactive", "interactive": _buttons("a", "b", "c", "d")}, 131009),
        ({"type": "interactive", "interactive": _buttons("a", "a")}, 131009),
        ({"type": "interactive", "interactive": _buttons("x" * 21)}, 100),
        ({"type": "interactive", "interactive": _list(*"abcdefghijk")}, 131009),
        ({"type": "interactive", "interactive": {"type": "dance", "action": {}}}, 131009),
        ({"type": "template", "template": {"name": "nope", "language": {"code": "en_US"}}}, 132001),
        ({"type": "template", "template": {"name": "hello_world", "language": {"code": "hi"}}}, 132001),
        ({"type": "template", "template": {"name": "abandoned_cart", "language": {"code": "en"}}}, 132001),
        ({"type": "template", "template": {"name": "loyalty_card", "language": {"code": "en_US"}}}, 132015),
        (
            {
                "type": "template",
                "template": {"name": "reservation_confirmation", "language": {"code": "en_US"}},
            },
            132000,
        ),
        ({"type": "template", "template": {"name": "login_code", "language": {"code": "en_US"}}}, 132000),
    ],
)
def test_refusals_carry_metas_codes(box: SandboxClient, body: dict[str, Any], code: int) -> None:
    answer = _send(box, **body)
    assert answer.json()["error"]["code"] == code
    assert answer.status_code == (404 if code == 132001 else 400)
    assert answer.json()["error"]["fbtrace_id"]
    assert box.messages() == []


@pytest.mark.parametrize(
    "body",
    [
        {"text": {"body": "x" * 4096}},
        {"type": "image", "image": {"link": "https://x/y.jpg", "caption": "c"}},
        {"type": "reaction", "reaction": {"message_id": "w", "emoji": ""}},
        {"type": "interactive", "interactive": _buttons("a", "b", "c")},
        {"type": "interactive", "interactive": _list(*"abcdefghij")},
        {
            "type": "interactive",
            "interactive": {
                "type": "flow",
                "body": {"text": "?"},
                "action": {
                    "name": "flow",
                    "parameters": {"flow_message_version": "3", "flow_id": "1", "flow_cta": "Go"},
                },
            },
        },
        {"to": "917755991051", "recipient": "nonsense", "text": {"body": "to wins"}},
    ],
)
def test_what_fits_is_accepted(box: SandboxClient, body: dict[str, Any]) -> None:
    assert _send(box, **body).status_code == 200


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ([{"type": "text", "parameter_name": "day", "text": "x"}], 132000),
        ([{"type": "text", "parameter_name": n, "text": "x"} for n in ("day", "night")], 100),
        (
            [{"type": "text", "parameter_name": n, "text": "a\nb"} for n in ("day", "number_of_guests")],
            132018,
        ),
        ([{"type": "image", "parameter_name": n} for n in ("day", "number_of_guests")], 132012),
    ],
)
def test_template_parameters(box: SandboxClient, parameters: list[Any], code: int) -> None:
    template = {"name": "reservation_confirmation", "language": {"code": "en_US"}}
    answer = _send(
        box, type="template", template=template | {"components": [{"type": "body", "parameters": parameters}]}
    )
    assert answer.json()["error"]["code"] == code


def test_tokens(box: SandboxClient) -> None:
    path = box.phone_number_id
    assert box.graph("GET", path, token="").json()["error"]["code"] == 200
    unknown = box.graph("GET", path, token="who")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (401, 190)
    box.token("other", waba_ids=["1"])
    hidden = box.graph("GET", path, token="other").json()["error"]
    assert (hidden["code"], hidden["error_subcode"]) == (100, 33)
    box.token("gone", "revoked")
    assert box.graph("GET", path, token="gone").json()["error"]["error_subcode"] == 460
    assert box.graph("GET", f"{path}?access_token={box.access_token}", token="").status_code == 200
    assert all("other" not in str(entry["token"]) for entry in box.requests())


def test_numbers(box: SandboxClient) -> None:
    asked = box.graph("GET", f"{box.phone_number_id}?fields=display_phone_number,throughput").json()
    assert asked == {
        "display_phone_number": "+91 77559 91053",
        "throughput": {"level": "STANDARD"},
        "id": box.phone_number_id,
    }
    assert box.graph("GET", f"{box.phone_number_id}?fields=colour").json()["error"]["code"] == 100
    listed = box.graph("GET", f"{box.waba_id}/phone_numbers").json()
    assert [number["id"] for number in listed["data"]] == [box.phone_number_id]
    unknown = box.graph("GET", "123")
    assert (unknown.status_code, unknown.json()["error"]["type"]) == (400, "GraphMethodException")
    box.add_number(phone_number_id=box.phone_number_id, state="deleted")
    assert _send(box, text={"body": "x"}).json()["error"]["code"] == 33


def test_register_and_subscribe(box: SandboxClient) -> None:
    number = box.phone_number_id
    box.graph("POST", f"{number}/deregister", json={})
    assert _send(box, text={"body": "x"}).json()["error"]["code"] == 133010
    wrong = {"messaging_product": "whatsapp", "pin": "1"}
    assert box.graph("POST", f"{number}/register", json=wrong).status_code == 400
    assert box.graph("POST", f"{number}/register", json=wrong | {"pin": "123456"}).json() == {"success": True}
    assert _send(box, text={"body": "x"}).status_code == 200
    apps = f"{box.waba_id}/subscribed_apps"
    assert box.graph("GET", apps).json() == {"data": []}
    assert box.graph("POST", apps).json() == {"success": True}
    assert len(box.graph("GET", apps).json()["data"]) == 1
    assert box.graph("DELETE", apps).json() == {"success": True}
    assert box.graph("GET", "404/subscribed_apps").json()["error"]["error_subcode"] == 33


@pytest.mark.parametrize("version", ["v20.0", "v26.0"])
def test_versions(box: SandboxClient, version: str) -> None:
    assert box.graph("GET", box.phone_number_id, version=version).status_code == 200
    assert box.graph("GET", box.phone_number_id, version="v19.0").json()["error"]["code"] == 2500


def test_media_up_and_down(box: SandboxClient) -> None:
    data = b"\xff\xd8\xff\xe0 a picture"
    files = {"file": ("a.jpg", data, "image/jpeg")}
    form = {"messaging_product": "whatsapp", "type": "image/jpeg"}
    media_id = box.graph("POST", f"{box.phone_number_id}/media", files=files, data=form).json()["id"]
    found = box.graph("GET", f"{media_id}?phone_number_id={box.phone_number_id}").json()
    assert (found["file_size"], found["mime_type"]) == (len(data), "image/jpeg")
    assert found["sha256"] == hashlib.sha256(data).hexdigest()
    assert box.graph("GET", found["url"]).content == data
    assert box.graph("GET", found["url"], token="").status_code == 401
    assert box.graph("GET", found["url"].replace("ext=1", "ext=2")).status_code == 404
    assert box.graph("GET", found["url"][:-4] + "AAAA").status_code == 404
    assert _send(box, type="image", image={"id": media_id}).status_code == 200
    assert _send(box, type="video", video={"id": media_id}).json()["error"]["code"] == 100
    assert box.graph("GET", f"{media_id}?phone_number_id=1").status_code == 400
    assert box.graph("DELETE", media_id).json() == {"success": True}
    assert box.graph("GET", media_id).json()["error"]["error_subcode"] == 33


def test_media_limits_and_age(box: SandboxClient) -> None:
    form = {"messaging_product": "whatsapp"}
    wrong = {"file": ("a.webm", b"x", "audio/webm")}
    assert (
        box.graph("POST", f"{box.phone_number_id}/media", files=wrong, data=form).json()["error"]["code"]
        == 100
    )
    big = {"file": ("a.webp", b"x" * (500 * 1024 + 1), "image/webp")}
    assert (
        box.graph("POST", f"{box.phone_number_id}/media", files=big, data=form).json()["error"]["code"]
        == 131053
    )
    box.call("POST", "/media", {"id": "77", "age_s": 31 * 86400})
    assert box.graph("GET", "77").json()["error"]["code"] == 100
    box.call("POST", "/media", {"id": "78", "source": "webhook", "age_s": 8 * 86400})
    assert box.graph("GET", "78").json()["error"]["code"] == 100


@pytest.mark.parametrize(
    ("kind", "magic"),
    [
        ("image", b"\xff\xd8"),
        ("video", b"ftyp"),
        ("audio", b"OggS"),
        ("document", b"%PDF"),
        ("sticker", b"RIFF"),
    ],
)
def test_customers_send_real_files(box: SandboxClient, callback: Callback, kind: str, magic: bytes) -> None:
    part = box.customer_writes(ASHA, type=kind)["message"][kind]
    data = box.graph("GET", part["url"]).content
    assert magic in data[:8]
    assert base64.b64decode(part["sha256"]) == hashlib.sha256(data).digest()
    assert box.graph("GET", part["id"]).json()["mime_type"] == part["mime_type"]


def test_a_customers_own_bytes(box: SandboxClient) -> None:
    data = base64.b64encode(b"own").decode()
    part = box.customer_writes(
        ASHA, type="document", document={"data_base64": data, "mime_type": "text/x-own"}
    )
    assert box.graph("GET", part["message"]["document"]["url"]).content == b"own"


def test_template_pages(box: SandboxClient) -> None:
    names, after = [], ""
    while True:
        page = box.graph("GET", f"{box.waba_id}/message_templates?fields=name,status&limit=3{after}").json()
        names += [template["name"] for template in page["data"]]
        assert all(set(template) == {"name", "status", "id"} for template in page["data"])
        if "next" not in page["paging"]:
            break
        assert box.graph("GET", page["paging"]["next"]).status_code == 200
        after = f"&after={page['paging']['cursors']['after']}"
    assert len(names) == len(set(names)) == 11
    bad = box.graph("GET", f"{box.waba_id}/message_templates?after=zzz").json()
    assert bad["error"]["code"] == 131059
    approved = box.graph("GET", f"{box.waba_id}/message_templates?status=approved&limit=50").json()["data"]
    assert len(approved) == 9


def test_a_template_from_making_to_sending(box: SandboxClient, callback: Callback) -> None:
    path = f"{box.waba_id}/message_templates"
    body = {"name": "new_one", "language": "en_US", "category": "utility"}
    body |= {"components": [{"type": "BODY", "text": "Hello"}]}
    made = box.graph("POST", path, json=body).json()
    assert made["status"] == "PENDING"
    assert box.graph("POST", path, json=body).json()["error"]["error_subcode"] == 2388024
    template = {"name": "new_one", "language": {"code": "en_US"}}
    assert _send(box, type="template", template=template).json()["error"]["code"] == 132001
    box.webhook("template_status", name="new_one", event="APPROVED", wait=True)
    assert callback.hooks[0].values[0]["message_template_id"] == int(made["id"])
    assert (
        _send(box, type="template", template=template).json()["messages"][0]["message_status"] == "accepted"
    )
    assert box.graph("DELETE", f"{path}?name=new_one").json() == {"success": True}


def test_blocking(box: SandboxClient) -> None:
    path = f"{box.phone_number_id}/block_users"
    body = {"messaging_product": "whatsapp", "block_users": [{"user": "+" + ASHA}]}
    assert box.graph("POST", path, json=body).json()["error"]["code"] == 139100
    box.customer_writes(ASHA, "Hi")
    assert box.graph("POST", path, json=body).json()["block_users"]["added_users"][0]["wa_id"] == ASHA
    assert box.graph("GET", path).json()["data"][0]["wa_id"] == ASHA
    assert _send(box, text={"body": "x"}).json()["error"]["code"] == 130403
    assert "removed_users" in box.graph("DELETE", path, json=body).json()["block_users"]
    assert _send(box, text={"body": "x"}).status_code == 200


def test_a_forgotten_contact_hides_its_number(box: SandboxClient, callback: Callback) -> None:
    rohan = "919820012345"
    bsuid = box.customer_writes(rohan, "Hi")["message"]["from_user_id"]
    query = f"contact_book?messaging_product=whatsapp&bsuid={bsuid}"
    assert box.graph("DELETE", f"{box.phone_number_id}/{query}").json() == {"success": True}
    hidden = box.customer_writes(rohan, "Do you know me?")["message"]
    assert "from" not in hidden
    assert hidden["from_user_id"] == bsuid
    box.send("+" + rohan)
    assert box.customer_writes(rohan, "Again")["message"]["from"] == rohan


def test_the_business_app_synchronizes_once(box: SandboxClient, callback: Callback) -> None:
    path = f"{box.phone_number_id}/smb_app_data"
    body = {"messaging_product": "whatsapp", "sync_type": "history"}
    assert box.graph("POST", path, json=body).json()["error"]["code"] == 131009
    box.add_number(phone_number_id=box.phone_number_id, coexistence=True)
    assert "request_id" in box.graph("POST", path, json=body).json()
    assert box.graph("POST", path, json=body).json()["error"]["code"] == 2593107
    assert box.flush()
    # A status of what another test sent may come late.
    values = [value for hook in callback.hooks for value in hook.values if "history" in value]
    threads = [value["history"][0]["threads"][0] for value in values]
    assert len(threads) == 6


def test_read_and_typing(box: SandboxClient) -> None:
    first, second = box.customer_writes(ASHA, "one"), box.customer_writes(ASHA, "two")
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": second["wamid"]}
    assert box.graph("POST", f"{box.phone_number_id}/messages", json=body).json() == {"success": True}
    assert box.message(first["wamid"])["read_by_business"] is True
    wrong = body | {"message_id": "wamid.unknown"}
    assert box.graph("POST", f"{box.phone_number_id}/messages", json=wrong).json()["error"]["code"] == 131009
    assert [entry["endpoint"] for entry in box.requests()] == ["read", "read"]


def test_malformed_bodies(box: SandboxClient) -> None:
    for data in ("{", "[]", '"x"', ""):
        answer = box.graph("POST", f"{box.phone_number_id}/messages", data=data)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)

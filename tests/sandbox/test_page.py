from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.testing import SandboxClient
from tests.browsers import chromium
from tests.sandbox.callback import Callback

ASHA = "917755991051"


def _view(box: SandboxClient, **query: object) -> dict[str, object]:
    return box.call("GET", "/view", **query)


def test_the_page_is_self_contained_and_strict(box: SandboxClient) -> None:
    page = requests.get(box.base_url + "/", timeout=5)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    # A click leads to the live chat; nothing is loaded from there.
    loaded = re.sub(r"<a [^>]*>", "", page.text)
    links = re.findall(r'(?:src|href)="([^"]+)"', loaded)
    modules = re.findall(
        r'from "\./(\w+\.js)"', requests.get(box.base_url + "/static/page.js", timeout=5).text
    )
    assert modules
    for link in (*links, *(f"/static/{module}" for module in modules)):
        assert link.startswith("/static/")
        assert requests.get(box.base_url + link, timeout=5).status_code == 200
    assert "<style" not in page.text
    assert " style=" not in page.text


def test_the_view_shows_a_thread_as_the_customer_sees_it(open_box: SandboxClient, callback: Callback) -> None:
    template = {"name": "order_confirmation", "language": {"code": "en_US"}, "components": []}
    open_box.behave(strict_media=False)
    template["components"] = [
        {"type": "header", "parameters": [{"type": "image", "image": {"id": "1"}}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Asha"}, {"type": "text", "text": "1043"}]},
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "0",
            "parameters": [{"type": "payload", "payload": "p"}],
        },
        {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "1043"}]},
    ]
    body = {"messaging_product": "whatsapp", "to": "+" + ASHA, "type": "template", "template": template}
    assert open_box.graph("POST", f"{open_box.phone_number_id}/messages", json=body).status_code == 200
    sent = open_box.send("+" + ASHA, "<b>Hello</b>").json()["messages"][0]["id"]
    open_box.customer_writes(ASHA, type="reaction", message_id=sent, emoji="👍")
    open_box.customer_writes(ASHA, type="image", caption="See", reply_to=sent)
    open_box.flush()
    view = _view(open_box, customer=ASHA)
    bubbles = view["bubbles"]
    assert [b["mine"] for b in bubbles] == [True, False, False, True]  # type: ignore[index,attr-defined]
    filled, text, picture = bubbles[1:]  # type: ignore[index]
    assert filled["text"].startswith("Thank you, Asha! Your order number is 1043.")
    answers = {"type": "button", "text": "Contact support", "payload": "p"}
    assert filled["buttons"] == [
        {"kind": "reply", "title": "Contact support", "detail": "", "answers": answers},
        {
            "kind": "link",
            "title": "Track order",
            "detail": "https://www.example.com/track/1043",
            "answers": None,
        },
    ]
    assert filled["file"]["kind"] == "image"
    assert text["text"] == "<b>Hello</b>"
    assert text["reactions"] == [{"from": "customer", "emoji": "👍"}]
    assert picture["quote"] == "<b>Hello</b>"
    data = requests.get(open_box.base_url + picture["file"]["url"], timeout=5)
    assert data.headers["Content-Type"] == "image/jpeg"
    assert view["thread"]["window_open"] is True  # type: ignore[index]


def test_an_unchanged_view_costs_nothing(box: SandboxClient) -> None:
    version = _view(box)["version"]
    url = f"{box.base_url}/sandbox/view"
    assert requests.get(url, params={"since": version}, timeout=5).status_code == 204
    box.customer_writes(ASHA, "Hi")
    assert requests.get(url, params={"since": version}, timeout=5).status_code == 200


def test_a_file_of_any_kind_is_only_offered_as_a_download(box: SandboxClient) -> None:
    given = {"data_base64": "PGI+", "mime_type": "text/html"}
    media_id = box.customer_writes(ASHA, type="document", document=given)["message"]["document"]["id"]
    answer = requests.get(f"{box.base_url}/sandbox/media/{media_id}/content", timeout=5)
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["Content-Type"] == "application/octet-stream"


CHROMIUM = chromium()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_a_real_browser_draws_the_thread(open_box: SandboxClient, tmp_path: Path) -> None:
    open_box.customer_writes(ASHA, "<i>two</i> loaves, please")
    assert CHROMIUM is not None
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    flags += [f"--user-data-dir={tmp_path}", "--virtual-time-budget=4000", "--dump-dom"]
    done = subprocess.run(
        [CHROMIUM, *flags, open_box.base_url + "/"], capture_output=True, text=True, timeout=60
    )
    assert "&lt;i&gt;two&lt;/i&gt; loaves, please" in done.stdout
    assert 'class="dot on"' in done.stdout
    assert "Refused to" not in done.stderr


INTERACTIVE: dict[str, dict[str, Any]] = {
    "list": {
        "action": {
            "button": "Choose",
            "sections": [{"title": "Bread", "rows": [{"id": "r1", "title": "Rye", "description": "Dark"}]}],
        }
    },
    "button": {"action": {"buttons": [{"type": "reply", "reply": {"id": "y", "title": "Yes"}}]}},
    "location_request_message": {"action": {"name": "send_location"}},
    "request_contact_info": {"action": {"name": "request_contact_info"}},
    "call_permission_request": {"action": {"name": "call_permission_request"}},
}


@pytest.mark.parametrize("kind", list(INTERACTIVE))
def test_what_can_be_tapped_is_an_answer_that_the_sandbox_takes(open_box: SandboxClient, kind: str) -> None:
    part = {"type": kind, "body": {"text": "Which one?"}, **INTERACTIVE[kind]}
    body = {"messaging_product": "whatsapp", "to": "+" + ASHA, "type": "interactive", "interactive": part}
    sent = open_box.graph("POST", f"{open_box.phone_number_id}/messages", json=body)
    assert sent.status_code == 200, sent.text
    view: Any = _view(open_box, customer=ASHA)
    shown = view["bubbles"][-1]
    assert shown["text"] == "Which one?"
    tapped = [button["answers"] for button in shown["buttons"]]
    tapped += [
        row["answer"]
        for section in (shown["list"] or {"sections": []})["sections"]
        for row in section["rows"]
    ]
    assert tapped
    for answer in tapped:
        # A card needs to know whose phone it is: the page fills that in.
        given = {"type": "contacts"} if answer["type"] == "share_contact" else answer
        open_box.customer_writes(ASHA, reply_to=shown["wamid"], **given)
    view = _view(open_box, customer=ASHA)
    for bubble in view["bubbles"][-len(tapped) :]:
        assert bubble["mine"]
        assert bubble["quote"] == "Which one?"
        assert bubble["text"] or bubble["place"] or bubble["cards"]


def test_edits_and_deletions_change_the_bubble_that_they_are_for(box: SandboxClient) -> None:
    first, second = (box.customer_writes(ASHA, text)["wamid"] for text in ("one", "two"))
    edit = {"original_message_id": first, "message": {"type": "text", "text": {"body": "one, or two"}}}
    box.customer_writes(ASHA, type="edit", edit=edit, coexistence=True)
    box.customer_writes(ASHA, type="revoke", revoke={"original_message_id": second}, coexistence=True)
    view: Any = _view(box, customer=ASHA)
    edited, deleted = view["bubbles"]
    assert (edited["text"], edited["edited"]) == ("one, or two", True)
    assert (deleted["text"], deleted["deleted"]) == ("", True)

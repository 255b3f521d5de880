"""A client library written for Meta's API works against the sandbox, unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pywa import WhatsApp, types
from pywa.errors import WhatsAppError

from sandbox.testing import SandboxClient
from tests.sandbox.callback import Callback

ASHA = "917755991051"


class _ToSandbox(httpx.BaseTransport):
    """Sends what is meant for graph.facebook.com to the sandbox."""

    def __init__(self, base_url: str) -> None:
        self._inner = httpx.HTTPTransport(trust_env=False)
        self._base = httpx.URL(base_url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url.copy_with(scheme=self._base.scheme, host=self._base.host, port=self._base.port)
        request.url = url
        request.headers["Host"] = f"{self._base.host}:{self._base.port}"
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


@pytest.fixture
def wa(open_box: SandboxClient) -> Iterator[WhatsApp]:
    with httpx.Client(transport=_ToSandbox(open_box.base_url)) as session:
        yield WhatsApp(
            phone_id=open_box.phone_number_id,
            token=open_box.access_token,
            waba_id=open_box.waba_id,
            session=session,
            app_id=634974688087057,
            app_secret="test-app-secret",
            verify_token="test-verify-token",
        )


def test_it_sends(wa: WhatsApp, open_box: SandboxClient) -> None:
    sent = wa.send_message(to=ASHA, text="Hello from a library", tracker="t-1")
    assert sent.id.startswith("wamid.")
    buttons = [types.Button("Yes", callback_data="yes"), types.Button("No", callback_data="no")]
    wa.send_message(to=ASHA, text="Fine?", buttons=buttons)
    wa.send_location(to=ASHA, latitude=18.5, longitude=73.8, name="Bakery")
    media = wa.upload_media(b"\xff\xd8\xff picture", mime_type="image/jpeg", filename="a.jpg")
    wa.send_image(to=ASHA, image=media, caption="See")
    accepted = open_box.messages()
    assert [m["type"] for m in accepted] == ["text", "interactive", "location", "image"]
    assert accepted[0]["biz_opaque_callback_data"] == "t-1"


def test_it_reads_what_it_asks_for(wa: WhatsApp, open_box: SandboxClient) -> None:
    assert wa.get_business_phone_number().verified_name == "Asha's Bakery Demo"
    assert {t.name for t in wa.get_templates()} >= {"hello_world", "order_confirmation"}
    part = open_box.customer_writes(ASHA, type="image")["message"]["image"]
    assert wa.get_media_bytes(url=wa.get_media_url(part["id"]).url)[:2] == b"\xff\xd8"


def test_it_understands_errors(wa: WhatsApp, open_box: SandboxClient) -> None:
    open_box.fault("error", code=131056, times=1)
    with pytest.raises(WhatsAppError) as refused:
        wa.send_message(to=ASHA, text="x")
    assert refused.value.code == 131056


def test_it_parses_the_webhooks(wa: WhatsApp, open_box: SandboxClient, callback: Callback) -> None:
    seen: list[Any] = []

    @wa.on_message
    def message(_: WhatsApp, update: types.Message) -> None:
        seen.append(("message", update.type.value, update.from_user.name))

    @wa.on_message_status
    def status(_: WhatsApp, update: types.MessageStatus) -> None:
        seen.append(("status", update.status.value, update.tracker))

    @wa.on_callback_button
    def button(_: WhatsApp, update: types.CallbackButton) -> None:
        seen.append(("button", update.data, update.title))

    open_box.customer_writes(ASHA, "Hi 🙂")
    for kind in ("image", "audio", "location", "contacts", "order"):
        open_box.customer_writes(ASHA, type=kind)
    answer = open_box.send("+" + ASHA, biz_opaque_callback_data="t-9").json()
    open_box.customer_writes(
        ASHA, type="button_reply", id="yes", title="Yes", reply_to=answer["messages"][0]["id"]
    )
    assert open_box.flush()
    for hook in callback.hooks:
        header = hook.headers["x-hub-signature-256"]
        assert wa.webhook_update_validator(hook.body, header) is None
        assert wa.webhook_update_handler(hook.body)[1] == 200
    kinds = ["text", "image", "audio", "location", "contacts", "order"]
    assert sorted(s for s in seen if s[0] == "message") == sorted(
        ("message", k, "Asha Kulkarni") for k in kinds
    )
    assert sorted(s for s in seen if s[0] == "status") == [
        ("status", "delivered", "t-9"),
        ("status", "sent", "t-9"),
    ]
    assert ("button", "yes", "Yes") in seen


def test_it_manages_the_number(wa: WhatsApp, open_box: SandboxClient) -> None:
    assert wa.update_business_profile(
        about="Bread since 1987", websites=["https://example.com"], email="a@b.example"
    )
    profile = wa.get_business_profile()
    assert (profile.about, profile.email) == ("Bread since 1987", "a@b.example")
    assert list(profile.websites or ()) == ["https://example.com"]
    settings = wa.get_business_phone_number_settings()
    assert settings.calling is not None
    permissions = wa.api.get_call_permissions(phone_id=str(wa.phone_id), user_wa_id=ASHA, recipient=None)
    assert [action["can_perform_action"] for action in permissions["actions"]] == [True, False]
    with pytest.raises(WhatsAppError) as refused:
        wa.update_business_profile(email="nobody")
    assert refused.value.code == 100


def test_it_uploads_files_for_templates_and_profiles(wa: WhatsApp, open_box: SandboxClient) -> None:
    session = wa.api.create_upload_session("634974688087057", "a.jpg", 10, "image/jpeg")["id"]
    assert wa.api.upload_file(session, b"\xff\xd8\xff")["file_offset"] == 3
    assert wa.api.get_upload_session(session) == {"id": session, "file_offset": 3}
    handle = wa.api.upload_file(session, b"picture", file_offset=3)["h"]
    assert wa.api.update_business_profile(wa.phone_id, {"profile_picture_handle": handle}) == {
        "success": True
    }
    with pytest.raises(WhatsAppError):
        wa.api.get_upload_session(session)


def test_it_keeps_groups(wa: WhatsApp, open_box: SandboxClient, callback: Callback) -> None:
    wa.create_group(subject="Sunday bakers", description="Sourdough")
    [group] = [each for each in wa.get_groups() if each.subject == "Sunday bakers"]
    details = wa.get_group(group.id)
    assert (details.description, details.total_participant_count) == ("Sourdough", 0)
    open_box.call("POST", f"/groups/{group.id}/join", {"customer": ASHA})
    assert [each.wa_id for each in wa.get_group(group.id).participants] == [ASHA]
    link = wa.get_group_invite_link(group.id)
    assert wa.reset_group_invite_link(group.id) != link
    sent = open_box.send(group.id, recipient_type="group").json()
    assert sent["messages"][0]["group_id"] == group.id
    assert wa.api.remove_group_participants(group.id, (ASHA,), ())["success"]
    assert wa.api.delete_group(group.id)["success"]
    with pytest.raises(WhatsAppError) as refused:
        wa.get_group(group.id)
    assert refused.value.code == 100
    assert open_box.send(group.id, recipient_type="group").status_code == 400
    assert open_box.flush()
    assert b"group_lifecycle_update" in b"".join(hook.body for hook in callback.hooks)

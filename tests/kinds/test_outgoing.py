"""Every kind out: from ``/send-message`` to the sandbox with the body of the catalogue; the rest is refused."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest

from livechat.files.queries import unsent_uploads
from livechat.whatsapp.sending.outgoing import body_for
from tests.factories import make_message
from tests.kinds.asking import ASKING, WRONG, carousel, changed, link_card, order, order_status
from tests.kinds.conftest import ASHA, ASHA_ID, Inbox

SENDS = Path(__file__).parent.parent / "whatsapp" / "payloads-out"
REQUESTS = {
    path.name.removesuffix(".request.json"): orjson.loads(path.read_bytes())
    for path in SENDS.glob("*.request.json")
}
# A reading receipt, and bodies that only show an error's answer.
SENT = sorted(name for name in REQUESTS if not name.startswith("error-") and name != "mark-read-typing")
MEDIA = {"1037543291543636": "image/jpeg", "1037543291543637": "audio/ogg"}


def asked(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The catalogue's body, and what an agent asks for to have it sent."""
    body = REQUESTS[name]
    kind = body["type"]
    ask: dict[str, Any] = {"message_type": kind, kind: body[kind]}
    if kind == "text":
        ask = {"message_type": "text", "message": body["text"]["body"]}
    return body, ask


@pytest.mark.parametrize("name", SENT)
def test_a_send_reaches_meta_as_the_catalogue_has_it(inbox: Inbox, name: str) -> None:
    body, ask = asked(name)
    by_id = "recipient" in body
    conversation = inbox.conversation(
        **({"customer_phone": None, "customer_user_id": ASHA_ID} if by_id else {})
    )
    for media_id, mime_type in MEDIA.items():
        inbox.box.call("POST", "/media", {"id": media_id, "mime_type": mime_type})
    inbox.box.customer_writes(ASHA, "Hi")
    assert inbox.sync()
    target = body.get("context", body.get("reaction", {})).get("message_id")
    if target:
        quoted = make_message(inbox.session, conversation, wamid=target)
        inbox.session.commit()
        if "context" in body:
            ask["reply_to"] = str(quoted.id)
    message = inbox.accepted(conversation_id=str(conversation.id), **ask)
    inbox.deliver(conversation.id)
    [taken] = inbox.box.messages()
    expected = body | {"biz_opaque_callback_data": f"msg:{message['id']}"}
    if body["type"] == "text":
        # Link previews are the product's choice.
        expected["text"] = body["text"] | {"preview_url": taken["body"]["text"]["preview_url"]}
    assert taken["body"] == expected
    [row] = inbox.rows("SELECT status, wamid FROM chat_messages WHERE id = :id", id=message["id"])
    assert row == {"status": "sent", "wamid": taken["wamid"]}


@pytest.mark.parametrize("asked", [None, True, False])
def test_a_link_reaches_meta_with_its_preview_and_so_does_its_repetition(
    inbox: Inbox, asked: bool | None
) -> None:
    conversation = inbox.conversation()
    inbox.box.customer_writes(ASHA, "Hi")
    message = inbox.accepted(
        conversation_id=str(conversation.id), message="https://bakery.example/7", preview_url=asked
    )
    inbox.deliver(conversation.id)
    inbox.execute("UPDATE chat_messages SET status = 'failed', status_rank = 25")
    again = inbox.call("POST", f"/messages/{message['id']}/resend")
    assert again.status_code == 202, again.text
    inbox.deliver(conversation.id)
    sent = [each["body"]["text"] for each in inbox.box.messages()]
    assert sent == [{"preview_url": asked is not False, "body": "https://bakery.example/7"}] * 2


FREE_FORM: dict[str, dict[str, Any]] = {
    "location request": (
        {"type": "location_request_message", "body": {"text": "Where?"}, "action": {"name": "send_location"}}
    ),
    "flow": {
        "type": "flow",
        "body": {"text": "Book a table"},
        "action": {
            "name": "flow",
            "parameters": {"flow_message_version": "3", "flow_id": "1", "flow_cta": "Book"},
        },
    },
    "flow at a screen": {
        "type": "flow",
        "header": {"type": "text", "text": "The bakery"},
        "body": {"text": "Book a table"},
        "footer": {"text": "Until ten"},
        "action": {
            "name": "flow",
            "parameters": {
                "flow_message_version": "3",
                "flow_id": "1",
                "flow_cta": "Book",
                "flow_token": "t-1",
                "mode": "draft",
                "flow_action": "navigate",
                "flow_action_payload": {"screen": "TABLE", "data": {"guests": 2}},
            },
        },
    },
    "flow by name": {
        "type": "flow",
        "body": {"text": "Book a table"},
        "action": {
            "name": "flow",
            "parameters": {
                "flow_message_version": "3",
                "flow_name": "booking",
                "flow_cta": "Book",
                "flow_action": "data_exchange",
            },
        },
    },
    "product": {"type": "product", "action": {"catalog_id": "1", "product_retailer_id": "loaf"}},
    "products": {
        "type": "product_list",
        "header": {"type": "text", "text": "Bread"},
        "body": {"text": "Choose"},
        "action": {
            "catalog_id": "1",
            "sections": [{"title": "Loaves", "product_items": [{"product_retailer_id": "loaf"}]}],
        },
    },
    "catalogue": {
        "type": "catalog_message",
        "body": {"text": "All we bake"},
        "action": {"name": "catalog_message"},
    },
    "call permission": {
        "type": "call_permission_request",
        "body": {"text": "May we call?"},
        "action": {"name": "call_permission_request"},
    },
    "picture above buttons": {
        "type": "button",
        "header": {"type": "image", "image": {"link": "https://e.com/a.png"}},
        "body": {"text": "This one?"},
        "footer": {"text": "The bakery"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "y", "title": "Yes"}}]},
    },
}


def test_interactive_messages_reach_customers_with_and_without_a_phone_number(inbox: Inbox) -> None:
    inbox.box.customer_writes(ASHA, "Hi")
    for columns, key, value in (
        ({}, "to", f"+{ASHA}"),
        ({"customer_phone": None, "customer_user_id": ASHA_ID}, "recipient", ASHA_ID),
    ):
        conversation = inbox.conversation(**columns)
        for part in FREE_FORM.values():
            inbox.accepted(conversation_id=str(conversation.id), message_type="interactive", interactive=part)
        inbox.deliver(conversation.id)
        bodies = [taken["body"] for taken in inbox.box.messages()][-len(FREE_FORM) :]
        assert [each["interactive"] for each in bodies] == list(FREE_FORM.values())
        assert {each[key] for each in bodies} == {value}


def test_messages_that_ask_for_something_reach_customers(inbox: Inbox) -> None:
    inbox.box.customer_writes(ASHA, "Hi")
    conversation = inbox.conversation()
    for name, part in ASKING.items():
        message = inbox.accepted(
            conversation_id=str(conversation.id), message_type="interactive", interactive=part
        )
        assert message["text"] == part["body"]["text"]
        assert message["content"] == {"interactive": part}, name
    inbox.deliver(conversation.id)
    assert [taken["body"]["interactive"] for taken in inbox.box.messages()] == list(ASKING.values())
    assert {row["status"] for row in inbox.rows("SELECT status FROM chat_messages")} == {"sent"}


def test_every_card_of_a_carousel_goes_out_and_shows_its_file(inbox: Inbox) -> None:
    ours = [uploaded(inbox, "sourdough.jpg"), uploaded(inbox, "rye.jpg")]
    cards = [
        link_card(place) | {"header": {"type": "image", "image": {"media_id": media_id}}}
        for place, media_id in enumerate(ours)
    ]
    inbox.box.customer_writes(ASHA, "Hi")
    conversation = inbox.conversation()
    message = inbox.accepted(
        conversation_id=str(conversation.id), message_type="interactive", interactive=carousel(*cards)
    )
    inbox.deliver(conversation.id)
    shown = inbox.call("GET", f"/messages/{message['id']}").json
    files = [card["header"]["media"] for card in shown["content"]["interactive"]["action"]["cards"]]
    assert [(each["id"], each["state"]) for each in files] == [(media_id, "ready") for media_id in ours]
    assert all(each["url"] for each in files)
    [taken] = inbox.box.messages()
    sent = [card["header"]["image"] for card in taken["body"]["interactive"]["action"]["cards"]]
    assert all(list(each) == ["id"] for each in sent)
    assert len({each["id"] for each in sent}) == 2


def test_what_asks_wrongly_is_refused_by_field_and_an_order_is_paid_and_ended(inbox: Inbox) -> None:
    inbox.box.customer_writes(ASHA, "Hi")
    conversation = inbox.conversation()
    for name, path, value, field, _ in WRONG[:: len(WRONG) // 12]:
        part = changed(name, path, value)
        answer = inbox.send(
            conversation_id=str(conversation.id), message_type="interactive", interactive=part
        )
        assert (answer.status_code, f"interactive.{field}" in answer.json["errors"]) == (422, True), path
    for part in (order("o-1"), order_status("completed", "o-1"), order_status("shipped", "o-1")):
        inbox.accepted(conversation_id=str(conversation.id), message_type="interactive", interactive=part)
        inbox.deliver(conversation.id)
    rows = inbox.rows("SELECT status, error FROM chat_messages ORDER BY seq")
    assert [row["status"] for row in rows] == ["sent", "sent", "failed"]
    assert (rows[2]["error"]["code"], rows[2]["error"]["retryable"]) == (2046, False)
    inbox.hears("payment", customer=ASHA, reference_id="o-1")
    [line] = inbox.rows("SELECT content, text, origin FROM chat_messages WHERE message_type = 'payment'")
    assert (line["text"], line["origin"]) == ("o-1", "event")
    payment = line["content"]["payment"]
    assert (payment["status"], payment["amount"]) == ("captured", {"value": 21_500, "offset": 100})


def test_answers_to_what_was_asked_are_in_the_thread(inbox: Inbox) -> None:
    inbox.box.customer_writes(ASHA, "Hi")
    inbox.hears("address_reply", customer=ASHA, values={"name": "Asha", "in_pin_code": "411001"})
    [address] = inbox.rows("SELECT text, content FROM chat_messages WHERE message_type = 'interactive'")
    assert address["text"] == "Asha, 411001"
    assert address["content"]["interactive"]["nfm_reply"]["name"] == "address_message"
    inbox.hears("call_connect", customer=ASHA, call_id="wacid.1", cta_payload="help")
    inbox.hears("call_terminate", customer=ASHA, call_id="wacid.1")
    inbox.hears("call_recording", customer=ASHA, call_id="wacid.1")
    inbox.hears("call_transcript", customer=ASHA, call_id="wacid.1")
    rows = inbox.rows("SELECT message_type, content FROM chat_messages WHERE origin = 'event' ORDER BY seq")
    assert [row["message_type"] for row in rows] == ["call", "audio", "document"]
    assert (rows[0]["content"]["call"]["cta_payload"], rows[0]["content"]["call"]["duration"]) == ("help", 60)
    values = [
        {"type": "body", "parameters": [{"type": "text", "text": "Asha"}, {"type": "text", "text": "7"}]}
    ]
    inbox.hears("standby", of="echo", customer=ASHA, template="order_confirmation", components=values)
    [said] = inbox.rows("SELECT text, content FROM chat_messages WHERE message_type = 'template'")
    assert "Asha" in said["text"]
    assert said["content"]["rendered"]["body"] == said["text"]


BUTTON = {"type": "reply", "reply": {"id": "y", "title": "Yes"}}
ROW = {"id": "a", "title": "A"}


def interactive(kind: str, action: Any, **more: Any) -> dict[str, Any]:
    return {"interactive": {"type": kind, "body": {"text": "x"}, "action": action, **more}}


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("interactive", interactive("button", {"buttons": [BUTTON] * 4}), "interactive.action.buttons"),
    ("interactive", interactive("button", {"buttons": [BUTTON] * 2}), "interactive.action.buttons"),
    (
        "interactive",
        interactive("button", {"buttons": [{"type": "reply", "reply": {"id": "y", "title": "x" * 21}}]}),
        "interactive.action.buttons.0.reply.title",
    ),
    (
        "interactive",
        interactive(
            "list",
            {"button": "Choose", "sections": [{"rows": [ROW | {"id": str(n)} for n in range(6)]}] * 2},
        ),
        "interactive.action.sections",
    ),
    (
        "interactive",
        interactive("list", {"button": "x" * 21, "sections": [{"rows": [ROW]}]}),
        "interactive.action.button",
    ),
    (
        "interactive",
        interactive(
            "cta_url", {"name": "cta_url", "parameters": {"display_text": "Go", "url": "ftp://e.com"}}
        ),
        "interactive.action.parameters.url",
    ),
    (
        "interactive",
        interactive("button", {"buttons": [BUTTON]}, footer={"text": "x" * 61}),
        "interactive.footer.text",
    ),
    ("interactive", {"interactive": {"type": "poll"}}, "interactive.type"),
    ("location", {"location": {"latitude": 91, "longitude": 0}}, "location.latitude"),
    ("contacts", {"contacts": [{"name": {}}]}, "contacts.0.name.formatted_name"),
    ("image", {"image": {"id": "1", "link": "https://e.com/a"}}, "image"),
    ("image", {"image": {"id": "1", "caption": "x" * 1025}}, "image.caption"),
    ("audio", {"audio": {"id": "1", "caption": "x"}}, "audio.caption"),
    ("reaction", {"reaction": {"message_id": "x", "emoji": 7}}, "reaction.emoji"),
    ("template", {"template": {"name": "Order", "language": {"code": "en_US"}}}, "template.name"),
    ("hologram", {}, "message_type"),
]


def test_what_meta_would_refuse_is_refused_by_field_before_any_call(inbox: Inbox) -> None:
    conversation = inbox.conversation()
    for message_type, part, field in REFUSED:
        answer = inbox.send(conversation_id=str(conversation.id), message_type=message_type, **part)
        assert (answer.status_code, answer.json["code"]) == (422, "validation_failed"), answer.text
        assert field in answer.json["errors"]
    assert inbox.rows("SELECT id FROM chat_messages") == []


@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ({}, 202),
        ({"timestamp": "31 days"}, 422),
        ({"content": {"revoked_at": "2026-11-22T10:00:00+00:00"}}, 422),
        ({"wamid": "event:1"}, 422),
        ({"wamid": None}, 422),
    ],
)
def test_a_reaction_needs_a_living_message_of_the_last_30_days(
    inbox: Inbox, columns: dict[str, Any], status: int
) -> None:
    conversation = inbox.conversation()
    message = make_message(
        inbox.session, conversation, **{k: v for k, v in columns.items() if k != "timestamp"}
    )
    inbox.session.commit()
    if "timestamp" in columns:
        inbox.execute("UPDATE chat_messages SET timestamp = now() - interval '31 days'")
    answer = inbox.send(
        conversation_id=str(conversation.id),
        message_type="reaction",
        reaction={"message_id": str(message.id), "emoji": "👍"},
    )
    assert answer.status_code == status, answer.text
    if status == 422:
        assert "reaction.message_id" in answer.json["errors"]


def uploaded(inbox: Inbox, name: str) -> str:
    """Our id of a picture that the agent has uploaded."""
    photo = (Path(__file__).parents[2] / "sandbox" / "assets" / "photo.jpg").read_bytes()
    form = {"phone_number_id": inbox.number, "file": (BytesIO(photo), name)}
    answer = inbox.call("POST", "/media", data=form, content_type="multipart/form-data")
    assert answer.status_code == 201, answer.text
    return str(answer.json["media"]["id"])


def test_a_header_takes_a_file_that_was_uploaded_here(inbox: Inbox) -> None:
    header = {"type": "image", "image": {"media_id": uploaded(inbox, "photo.jpg")}}
    components = [
        {"type": "header", "parameters": [header]},
        {"type": "body", "parameters": [{"type": "text", "text": "Asha"}, {"type": "text", "text": "1043"}]},
        {"type": "button", "sub_type": "url", "index": 1, "parameters": [{"type": "text", "text": "1043"}]},
    ]
    template = {"name": "order_confirmation", "language": {"code": "en_US"}, "components": components}
    inbox.box.customer_writes(ASHA, "Hi")
    inbox.sync()
    conversation = inbox.conversation()
    buttons = FREE_FORM["picture above buttons"] | {"header": header}
    for kind, part in (("interactive", buttons), ("template", template)):
        message = inbox.accepted(conversation_id=str(conversation.id), message_type=kind, **{kind: part})
        assert message["content"]["media"]["state"] == "ready"
        assert message["content"]["media"]["url"]
    inbox.deliver(conversation.id)
    first, second = (taken["body"] for taken in inbox.box.messages())
    [upload] = inbox.box.requests(endpoint="media_upload")
    sent = first["interactive"]["header"]["image"]
    assert list(sent) == ["id"]
    assert second["template"]["components"][0]["parameters"][0]["image"] == sent
    assert upload["http_status"] == 200


def test_every_card_of_a_template_goes_out_and_shows_its_file(inbox: Inbox) -> None:
    inbox.sync()
    ours = [uploaded(inbox, "sourdough.jpg"), uploaded(inbox, "rye.jpg")]
    cards = [
        {
            "card_index": index,
            "components": [
                {
                    "type": "header",
                    "parameters": [{"type": "image", "image": {"media_id": media_id.upper()}}],
                },
                {"type": "body", "parameters": [{"type": "text", "text": f"₹{90 + index}"}]},
                {
                    "type": "button",
                    "sub_type": "url",
                    "index": "1",
                    "parameters": [{"type": "text", "text": str(index)}],
                },
            ],
        }
        for index, media_id in enumerate(ours)
    ]
    body = {"type": "body", "parameters": [{"type": "text", "text": "Asha"}]}
    template = {
        "name": "fresh_today",
        "language": {"code": "en_US"},
        "components": [body, {"type": "carousel", "cards": cards}],
    }
    conversation = inbox.conversation()
    message = inbox.accepted(conversation_id=str(conversation.id), message_type="template", template=template)
    inbox.deliver(conversation.id)
    shown = inbox.call("GET", f"/messages/{message['id']}").json
    assert shown["status"] == "sent"
    seen = shown["content"]["rendered"]["cards"]
    assert [card["body"] for card in seen] == ["Sourdough for ₹90", "Rye for ₹91"]
    files = [card["header"]["media"] for card in seen]
    assert [(each["id"], each["state"]) for each in files] == [(media_id, "ready") for media_id in ours]
    assert all(each["url"] for each in files)
    assert [button["url"] for card in seen for button in card["buttons"] if "url" in button] == [
        "https://www.example.com/bread/0",
        "https://www.example.com/bread/1",
    ]
    [taken] = inbox.box.messages()
    [_, carousel] = taken["body"]["template"]["components"]
    theirs = [
        upload["id"]
        for upload in inbox.box.call("GET", "/media")["media"]
        if upload["mime_type"] == "image/jpeg"
    ]
    sent = [card["components"][0]["parameters"][0]["image"] for card in carousel["cards"]]
    assert [list(each) for each in sent] == [["id"]] * 2
    assert {each["id"] for each in sent} <= set(theirs)
    assert sent[0] != sent[1]
    # Both are the message's, also once Meta's ids have ended: neither is an upload that nobody sent.
    inbox.execute("DELETE FROM media_uploads")
    inbox.execute("UPDATE media SET created_at = now() - interval '2 days'")
    assert unsent_uploads(inbox.session, timedelta(days=1), 10) == []
    inbox.session.rollback()


# The files of docs/meta/cloud-api.md section 7.2 beside the catalogue's: by Meta's id and by a public address.
FILES: list[tuple[str, dict[str, Any]]] = [
    ("image", {"link": "https://e.com/a.png"}),
    ("video", {"id": "video/mp4", "caption": "The oven"}),
    ("video", {"link": "https://e.com/a.mp4"}),
    ("audio", {"id": "audio/mpeg"}),
    ("audio", {"link": "https://e.com/a.mp3"}),
    ("document", {"id": "application/pdf", "caption": "Yours", "filename": "Rechnung.pdf"}),
    ("sticker", {"id": "image/webp"}),
    ("sticker", {"link": "https://e.com/a.webp"}),
]


def test_every_kind_of_file_reaches_meta_by_its_id_or_address(inbox: Inbox) -> None:
    inbox.box.customer_writes(ASHA, "Hi")
    conversation = inbox.conversation()
    expected = []
    for kind, part in FILES:
        if "id" in part:
            part = part | {"id": inbox.box.call("POST", "/media", {"mime_type": part["id"]})["id"]}
        inbox.accepted(conversation_id=str(conversation.id), message_type=kind, **{kind: part})
        expected.append((kind, part))
    inbox.deliver(conversation.id)
    taken = [each["body"] for each in inbox.box.messages()]
    assert [(body["type"], body[body["type"]]) for body in taken] == expected


def test_every_request_of_the_catalogue_is_proved_somewhere() -> None:
    # The receipt by tests/sends/test_read_receipts.py and tests/kinds/test_customers.py; an error's request is a
    # plain text or template, whose answer tests/sends/test_deliver.py and tests/whatsapp/test_client.py act on.
    others = {name for name in REQUESTS if name.startswith("error-")} | {"mark-read-typing"}
    assert set(SENT) | others == set(REQUESTS)
    assert {REQUESTS[name].get("type", "text") for name in others} <= {"text", "template"}


def test_a_file_of_nobody_is_not_found_and_none_leaves_under_our_own_id(inbox: Inbox) -> None:
    conversation = inbox.conversation()
    header = {"type": "image", "image": {"media_id": str(uuid4())}}
    part = FREE_FORM["picture above buttons"] | {"header": header}
    answer = inbox.send(conversation_id=str(conversation.id), message_type="interactive", interactive=part)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    with pytest.raises(ValueError, match="not been uploaded"):
        body_for(
            "interactive",
            {"interactive": part},
            to_phone=ASHA,
            to_user_id=None,
            group_id=None,
            reply_to_wamid=None,
            callback_data=None,
        )

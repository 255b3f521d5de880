"""What a message does to its conversation, kind by kind, and what else is kept.

Source: docs/meta/cloud-api.md section 4.11.
"""

import time
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from livechat.domain.clock import from_unix
from tests.conftest import make_token
from tests.factories import make_message
from tests.ingest.conftest import NUMBER, OWNER, Meta, make_text_body

TEXT = "wamid.HBgMOTE3NzU1OTkxMDUxFQIAEhggQUNGRThERjFBNUExOTgwNDkzQ0E5NDA2QUQzQkIwRTQA"
OURS = "wamid.HBgMOTE3NzU1OTkxMDUxFQIAERgSODFGRUI4MDU2NTBGNEUzNzFBAA=="


@pytest.mark.parametrize(
    ("name", "unread", "window"),
    [
        ("msg-text", 1, True),
        ("msg-image-caption", 1, True),
        ("msg-audio-voice", 1, True),
        ("msg-location-pin", 1, True),
        ("msg-contacts", 1, True),
        ("msg-button", 1, True),
        ("msg-interactive-flow-reply", 1, True),
        ("msg-order", 1, True),
        ("msg-unsupported-classic", 1, True),
        ("msg-media-too-big", 1, True),
        ("msg-request-welcome", 1, True),
        ("msg-future-type", 1, True),
        ("standby-text", 1, True),
        ("call-connect", 1, True),
        ("msg-reaction", 0, True),
        ("msg-reaction-removed-empty", 0, True),
        ("msg-edit-text", 0, False),
        ("msg-revoke", 0, False),
        ("msg-system-number-changed", 0, False),
        ("coex-echo-text", 0, False),
        ("handover-control-passed", 0, False),
        ("pref-stop", 0, False),
    ],
)
def test_what_counts(meta: Meta, name: str, unread: int, window: bool) -> None:
    meta.deliver(name)
    conversation = meta.conversation()
    assert conversation["unread_count"] == unread
    assert (conversation["last_inbound_at"] is not None) is window


@pytest.mark.parametrize("name", ["coex-history-threads"])
def test_history_counts_for_nothing(meta: Meta, name: str) -> None:
    meta.deliver(name)
    assert [(row["unread_count"], row["last_inbound_at"]) for row in meta.conversations()] == [(0, None)] * 2
    assert len(meta.messages()) == 4
    statuses = {row["status"] for row in meta.messages() if row["direction"] == "outbound"}
    assert statuses == {"read", "delivered"}


def test_last_message_and_window_are_the_latest_not_the_last_processed(meta: Meta) -> None:
    meta.deliver("batch-out-of-order-messages")
    conversation = meta.conversation()
    last = meta.messages()[-1]
    assert last["text"] == "third"
    assert conversation["last_message_id"] == last["id"]
    assert conversation["last_inbound_at"] == last["timestamp"] == from_unix(1795344720)
    assert conversation["unread_count"] == 3


def test_a_late_message_is_unread_and_does_not_become_the_last(meta: Meta) -> None:
    meta.deliver_body(make_text_body("wamid.new", timestamp=1795341600))
    meta.deliver_body(make_text_body("wamid.old", timestamp=1795300000))
    conversation = meta.conversation()
    assert conversation["unread_count"] == 2
    assert conversation["last_message_time"] == from_unix(1795341600)
    assert conversation["last_inbound_at"] == from_unix(1795341600)


def test_every_change_is_routed_by_its_own_number(meta: Meta) -> None:
    meta.deliver("batch-two-numbers", "batch-two-wabas")
    routed = {(row["phone_number_id"], row["text"]) for row in meta.messages()}
    assert routed == {
        (NUMBER, "to number one"),
        ("106540352242922", "to number two"),
        (NUMBER, "WABA one"),
        ("106540352242922", "WABA two"),
    }


def test_a_webhook_for_a_number_that_nobody_connected_is_kept_for_replay(meta: Meta) -> None:
    stored = meta.deliver("edge-dashboard-test")
    assert stored.outcomes == {("ignored", "unknown_number"): 1}
    assert meta.conversations() == []
    (event,) = meta.rows("SELECT state, phone_number_ids, body FROM webhook_events")
    assert event["phone_number_ids"] == ["123456123"]
    assert b"this is a text message" in bytes(event["body"])


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("msg-text", "text", "Hi, is my order ready? 🙂"),
        ("msg-image-no-url", "image", None),
        ("msg-sticker-animated", "sticker", None),
        ("msg-interactive-button-reply", "interactive", None),
        ("msg-future-type", "poll", None),
    ],
)
def test_type_text_and_content_are_stored(meta: Meta, name: str, kind: str, text: str | None) -> None:
    meta.deliver(name)
    (message,) = meta.messages()
    assert message["message_type"] == kind
    assert kind in message["content"]
    if text is not None:
        assert message["text"] == text


def test_a_file_waits_to_be_fetched(meta: Meta) -> None:
    meta.deliver("msg-document")
    (message,) = meta.messages()
    assert message["content"]["media"]["state"] == "pending"
    assert message["content"]["media"]["mime_type"] == "application/pdf"
    assert "url" not in message["content"]["document"]


def test_the_last_reaction_of_a_customer_stands_and_a_removal_removes(meta: Meta) -> None:
    reactions = "SELECT emoji FROM message_reactions"
    meta.deliver("msg-reaction")
    assert meta.rows(reactions) == [{"emoji": "👍🏽"}]
    assert meta.messages() == []
    meta.deliver("msg-reaction-removed-absent", "msg-reaction-removed-empty")
    meta.deliver("msg-reaction")
    assert meta.rows(reactions) == [{"emoji": None}]


@pytest.mark.parametrize("order", [("msg-text", "msg-edit-text"), ("msg-edit-text", "msg-text")])
def test_an_edit_replaces_the_text_and_keeps_the_old_one(meta: Meta, order: tuple[str, ...]) -> None:
    for name in order:
        meta.deliver(name)
    (message,) = meta.messages()
    assert message["text"] == "Hi, is my order 1043 ready?"
    assert message["content"]["text"]["body"] == "Hi, is my order 1043 ready?"
    assert "edited_at" in message["content"]
    (change,) = meta.rows("SELECT previous FROM message_changes")
    assert change["previous"]["text"] == "Hi, is my order ready? 🙂"


@pytest.mark.parametrize("late", [False, True])
def test_a_deleted_message_is_blank(meta: Meta, late: bool) -> None:
    for name in ("coex-echo-revoke", "coex-echo-text") if late else ("coex-echo-text", "coex-echo-revoke"):
        meta.deliver(name)
    (message,) = meta.messages()
    assert (message["direction"], message["origin"], message["text"]) == ("outbound", "phone_app", None)
    assert set(message["content"]) == {"revoked_at"}


def test_a_quote_of_an_unknown_message_is_kept(meta: Meta) -> None:
    meta.deliver("msg-text-reply")
    assert meta.messages()[0]["reply_to_wamid"] == OURS


def test_a_customer_stopped_marketing(meta: Meta) -> None:
    meta.deliver("msg-text", "pref-stop")
    conversation = meta.conversation()
    assert conversation["marketing_opt_out"] is True
    assert conversation["marketing_opt_at"] == from_unix(1795346100)


def test_news_about_the_account_is_kept(meta: Meta) -> None:
    meta.deliver("acct-alert", "acct-update-restriction", "tpl-rejected", "num-quality", "edge-unknown-field")
    fields = {row["field"] for row in meta.rows("SELECT field FROM account_events")}
    assert {"account_alerts", "account_update", "message_template_status_update"} <= fields
    (number,) = meta.rows("SELECT throughput_level FROM phone_numbers WHERE phone_number_id = :id", id=NUMBER)
    assert number["throughput_level"] == "HIGH"


def test_a_handover_shows_its_summary(meta: Meta) -> None:
    meta.deliver("msg-text", "handover-control-passed")
    last = meta.messages()[-1]
    assert last["text"] == "Customer wants to change the delivery address."
    assert meta.conversation()["last_message_id"] == last["id"]


def test_text_is_stored_as_it_came(meta: Meta) -> None:
    for name in ("edge-text-emoji-zwj", "edge-text-rtl", "edge-text-long-4096", "edge-meta-escaped-bytes"):
        meta.deliver(name)
    texts = [message["text"] for message in meta.messages()]
    assert any("👨\u200d👩\u200d👧\u200d👦" in text for text in texts)
    assert any(len(text) == 4096 for text in texts)
    assert any("\u202e" in text for text in texts)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\x00b", "a\ufffdb"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("x" * 65_536, "x" * 65_536),
    ],
)
def test_hostile_text_is_stored_as_close_as_postgresql_allows(meta: Meta, sent: str, kept: str) -> None:
    meta.deliver_body(make_text_body(body=sent))
    assert meta.messages()[0]["text"] == kept


def test_lone_surrogates_do_no_harm(meta: Meta) -> None:
    import json

    body = json.dumps(make_text_body(body="half \ud83d of an emoji")).encode()
    meta.deliver_body(body)
    assert meta.messages()[0]["text"] == "half \ufffd of an emoji"


def test_a_media_placeholder_of_the_history_gives_way_to_the_file(meta: Meta) -> None:
    meta.deliver("coex-history-threads")
    (placeholder,) = [row for row in meta.messages() if row["message_type"] == "media_placeholder"]
    body: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "917755991053", "phone_number_id": NUMBER},
        "message_echoes": [
            {
                "from": "917755991053",
                "to": "917755991051",
                "id": placeholder["wamid"],
                "timestamp": "1792713615",
                "type": "image",
                "image": {"id": "1", "mime_type": "image/jpeg", "sha256": "x", "caption": "the cake"},
            }
        ],
    }
    change = {"field": "history", "value": body}
    entry = {"id": "811978564885194", "changes": [change]}
    meta.deliver_body({"object": "whatsapp_business_account", "entry": [entry]})
    (image,) = [row for row in meta.messages() if row["wamid"] == placeholder["wamid"]]
    assert (image["message_type"], image["text"]) == ("image", "the cake")
    assert len(meta.messages()) == 4


def test_unread_is_what_was_stored_after_the_last_reading(meta: Meta) -> None:
    from sqlalchemy import text

    meta.deliver_body(make_text_body("wamid.1"), make_text_body("wamid.2"))
    meta.session.execute(
        text(
            "UPDATE chat_conversations SET unread_count = 0, read_seq = (SELECT max(seq) FROM chat_messages)"
        )
    )
    meta.session.commit()
    meta.deliver_body(make_text_body("wamid.3", timestamp=1795341600 - 3600))
    assert meta.conversation()["unread_count"] == 1


def test_a_drifted_count_is_found_and_repaired(meta: Meta) -> None:
    from sqlalchemy import text

    from livechat.operations.maintenance import reconcile_unread

    meta.deliver("msg-text")
    assert reconcile_unread(meta.session) == 0
    meta.session.execute(text("UPDATE chat_conversations SET unread_count = 7"))
    meta.session.commit()
    assert reconcile_unread(meta.session) == 1
    meta.session.commit()
    assert meta.conversation()["unread_count"] == 1


def test_old_bodies_are_thrown_away_and_waiting_ones_kept(meta: Meta) -> None:
    from flask import current_app
    from sqlalchemy import text

    from livechat.core.config import SETTINGS_KEY
    from livechat.operations.maintenance import prune

    meta.deliver("msg-text", "msg-video")
    meta.session.execute(
        text("UPDATE webhook_events SET received_at = received_at - :age WHERE stored = 1"),
        {"age": timedelta(days=31)},
    )
    meta.session.commit()
    assert prune(meta.session, current_app.config[SETTINGS_KEY]) == 2
    assert len(meta.messages()) == 2


def test_an_inbound_message_of_the_factory_matches_the_ingest(meta: Meta) -> None:
    """The factory that other tests build on makes rows like the real ones."""
    meta.deliver("msg-text")
    real = meta.messages()[0]
    made = make_message(meta.session)
    for column in ("direction", "origin", "status", "status_rank", "counts_unread", "message_type"):
        assert getattr(made, column) == real[column]


def test_a_text_of_megabytes_is_stored_whole(meta: Meta) -> None:
    body = " ".join(f"word{n}" for n in range(250_000))
    meta.deliver_body(make_text_body(body=body))
    assert meta.messages()[0]["text"] == body


@pytest.mark.parametrize(
    "first",
    [
        "pref-stop",
        "msg-reaction",
        "msg-edit-text",
        "msg-revoke",
        "msg-system-number-changed",
        "msg-system-user-id-changed",
        "handover-control-passed",
    ],
)
def test_nobody_is_listed_of_whom_there_is_nothing_to_show(meta: Meta, first: str) -> None:
    """What is known of them is kept for the day on which they write, or are written to."""
    url = f"/api/live-chat/conversations?phone_number_id={NUMBER}"
    header = {"Authorization": f"Bearer {make_token(OWNER)}"}
    meta.deliver(first)
    conversations = meta.client.get(url, headers=header).json["conversations"]
    assert conversations == []
    meta.deliver("msg-text")
    [conversation] = meta.client.get(url, headers=header).json["conversations"]
    assert (conversation["unread_count"], conversation["last_message"] is not None) == (1, True)
    # An event that is newer than the first words is the last message, as it would be in any order.
    assert conversation["last_message"]["id"] == str(meta.messages()[-1]["id"])


def test_a_strangers_reaction_opens_the_window_of_a_conversation_that_is_opened_later(meta: Meta) -> None:
    now = int(time.time())
    body = make_text_body("wamid.reaction", timestamp=now)
    message = body["entry"][0]["changes"][0]["value"]["messages"][0]
    del message["text"]
    message |= {"type": "reaction", "reaction": {"message_id": "wamid.unknown", "emoji": "x"}}
    meta.deliver_body(body)
    header = {"Authorization": f"Bearer {make_token(OWNER)}"}
    asked = {"phone_number_id": NUMBER, "to": "917755991051"}
    opened = meta.client.post("/api/live-chat/conversations", json=asked, headers=header)
    assert opened.json["window_expires_at"] is not None
    sent = meta.client.post("/api/live-chat/send-message", json=asked | {"message": "Hello"}, headers=header)
    assert (sent.status_code, sent.json["conversation"]["id"]) == (202, opened.json["id"])


def test_an_answer_in_the_same_second_stands_below_what_it_answers(meta: Meta) -> None:
    """Meta's times are whole seconds; an acceptance time with fractions would put our message after it."""
    now = int(time.time())
    meta.deliver_body(make_text_body("wamid.question", timestamp=now))
    answer = meta.client.post(
        "/api/live-chat/send-message",
        json={"phone_number_id": NUMBER, "to": "917755991051", "message": "ours"},
        headers={"Authorization": f"Bearer {make_token(OWNER)}"},
    )
    assert answer.status_code == 202
    accepted = datetime.fromisoformat(answer.json["message"]["timestamp"])
    assert accepted.microsecond == 0
    meta.deliver_body(make_text_body("wamid.reply", body="theirs", timestamp=int(accepted.timestamp())))
    assert [message["text"] for message in meta.messages()] == ["Hello", "ours", "theirs"]
    assert meta.conversation()["last_message_id"] == meta.messages()[-1]["id"]


def make_edit_body(number: int, text: str) -> dict[str, Any]:
    body = make_text_body(f"wamid.edit{number}", timestamp=1795342500 + number)
    message = body["entry"][0]["changes"][0]["value"]["messages"][0]
    del message["text"]
    edited = {"type": "text", "text": {"body": text}}
    message |= {"type": "edit", "edit": {"original_message_id": "wamid.edited", "message": edited}}
    return body


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_earlier_texts_are_told_in_the_order_of_the_edits_however_they_came(
    meta: Meta, order: tuple[int, ...]
) -> None:
    first = make_text_body("wamid.edited", body="first", timestamp=1795342400)
    bodies = [first, make_edit_body(1, "second"), make_edit_body(2, "third")]
    for place in order:
        meta.deliver_body(bodies[place])
    (message,) = meta.messages()
    assert message["text"] == "third"
    url = f"/api/live-chat/messages/{message['id']}/edits"
    answer = meta.client.get(url, headers={"Authorization": f"Bearer {make_token(OWNER)}"})
    assert [edit["text"] for edit in answer.json["edits"]] == ["first", "second"]
    assert [edit["until"] for edit in answer.json["edits"]] == [
        "2026-11-22T10:15:01.000000Z",
        "2026-11-22T10:15:02.000000Z",
    ]
    stranger = {"Authorization": f"Bearer {make_token(uuid4())}"}
    assert meta.client.get(url, headers=stranger).status_code == 404

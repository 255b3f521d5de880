"""What Meta says beside the usual: calls and what is left of them, groups' names, a change of mind."""

from typing import Any

from livechat.domain.clock import from_unix
from livechat.models import Conversation, PhoneNumber
from tests.factories import make_conversation
from tests.ingest.conftest import ASHA, DISPLAY, NUMBER, Meta, envelope

AT = 1795346600
CALL = {"id": "wacid.1", "from": ASHA, "to": DISPLAY, "direction": "USER_INITIATED"}


def told(field: str, **value: Any) -> dict[str, Any]:
    body = envelope(value)
    body["entry"][0]["changes"][0]["field"] = field
    return body


def call(event: str, at: int = AT, **more: Any) -> dict[str, Any]:
    return told("calls", calls=[CALL | {"event": event, "timestamp": str(at)} | more])


END = {"status": "COMPLETED", "start_time": str(AT), "end_time": str(AT + 75), "duration": 75}


def test_the_end_of_a_call_is_told_in_its_line_in_any_order_and_once(meta: Meta) -> None:
    begin, end = call("connect", cta_payload="help"), call("terminate", AT + 75, **END)
    meta.deliver_body(begin)
    assert meta.deliver_body(end).outcomes == {("stored", ""): 1}
    (line,) = meta.messages()
    assert line["content"]["call"] == CALL | {"event": "terminate", "timestamp": str(AT + 75)} | END | {
        "cta_payload": "help"
    }
    assert line["timestamp"] == from_unix(AT)
    assert list(meta.last.updated_messages) == [line["id"]]
    # It was unread once, and its repeats and its beginning change nothing.
    assert meta.deliver_body(end, begin).outcomes == {("duplicate", ""): 2}
    assert meta.messages() == [line]
    assert meta.conversation()["unread_count"] == 1


def test_a_call_told_in_one_body_has_its_end(meta: Meta) -> None:
    begin, end = call("connect"), call("terminate", AT + 75, **END)
    calls = [body["entry"][0]["changes"][0]["value"]["calls"][0] for body in (begin, end)]
    assert meta.deliver_body(told("calls", calls=calls)).outcomes == {("stored", ""): 2}
    (line,) = meta.messages()
    assert line["content"]["call"]["duration"] == 75


def test_a_recording_and_a_transcript_are_files_that_are_fetched(meta: Meta) -> None:
    audio = {"id": "71", "mime_type": "audio/ogg; codecs=opus", "sha256": "x", "url": "https://lookaside/x"}
    document = {"id": "72", "mime_type": "application/json", "sha256": "y"}
    meta.deliver_body(
        call("connect"),
        call("call_recording_available", AT + 80, call_recording={"type": "audio", "audio": audio}),
        call("call_transcription_available", AT + 81, call_transcript={"document": document}),
    )
    line, recording, transcript = meta.messages()
    assert (line["message_type"], recording["message_type"], transcript["message_type"]) == (
        "call",
        "audio",
        "document",
    )
    assert recording["content"]["call_recording"] == {"call_id": "wacid.1"}
    assert transcript["content"]["call_transcript"] == {"call_id": "wacid.1"}
    waiting = meta.rows("SELECT meta_id, kind FROM media ORDER BY meta_id")
    assert waiting == [{"meta_id": "71", "kind": "audio"}, {"meta_id": "72", "kind": "document"}]
    assert meta.conversation()["unread_count"] == 1


def test_a_voicemail_takes_the_place_of_its_call(meta: Meta) -> None:
    audio = {"id": "71", "mime_type": "audio/ogg; codecs=opus"}
    message = {"id": "wacid.1", "from": ASHA, "timestamp": str(AT + 90), "type": "audio", "audio": audio}
    meta.deliver_body(call("connect"), envelope({"messages": [message]}))
    (row,) = meta.messages()
    assert (row["message_type"], row["content"]["voicemail"]) == ("audio", True)
    # The end of the call may come after it.
    assert meta.deliver_body(call("terminate", AT + 95)).outcomes == {("duplicate", ""): 1}
    assert meta.messages() == [row]


def test_a_group_is_called_what_meta_said_last(meta: Meta) -> None:
    number = meta.session.get(PhoneNumber, NUMBER)
    make_conversation(meta.session, number, customer_phone=None, group_id="g")
    meta.session.commit()
    made = {"group_id": "g", "type": "group_create", "timestamp": AT, "subject": "Neighbours"}
    named = made | {"type": "group_settings_update", "subject": None, "group_subject": {"text": "Friends"}}
    named["timestamp"] = AT + 1
    for body, name in (
        (told("group_lifecycle_update", groups=[made]), "Neighbours"),
        (told("group_settings_update", groups=[named]), "Friends"),
    ):
        assert meta.deliver_body(body).outcomes == {("stored", ""): 1}
        assert meta.conversation()["customer_name"] == name
        assert meta.deliver_body(body).outcomes == {("duplicate", ""): 1}
    # A member's own name is not the group's.
    meta.deliver("group-text")
    assert meta.session.query(Conversation).filter_by(group_id="g").one().customer_name == "Friends"


def test_a_groups_name_waits_for_its_first_message(meta: Meta) -> None:
    group_id = "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD"
    made = {"group_id": group_id, "type": "group_create", "timestamp": AT, "subject": "Neighbours"}
    older = made | {"timestamp": AT - 10, "subject": "Strangers"}
    assert meta.deliver_body(told("group_lifecycle_update", groups=[made, made])).outcomes == {
        ("stored", ""): 1,
        ("duplicate", ""): 1,
    }
    assert meta.deliver_body(told("group_lifecycle_update", groups=[older])).outcomes == {
        ("duplicate", ""): 1
    }
    assert meta.conversations() == []
    meta.deliver("group-text")
    assert meta.conversation()["customer_name"] == "Neighbours"


def test_the_latest_word_on_marketing_stands_by_metas_time(meta: Meta) -> None:
    def say(value: str, at: int) -> None:
        preference = {"wa_id": ASHA, "category": "marketing_messages", "value": value, "timestamp": at}
        meta.deliver_body(told("user_preferences", user_preferences=[preference]))

    meta.deliver("msg-text")
    for value, at, opted_out in (
        ("stop", AT, True),
        ("signup", AT + 10, False),
        ("stop", AT + 5, False),
        ("stop", AT + 20, True),
        ("resume", AT + 30, False),
        ("signup", AT + 25, False),
    ):
        say(value, at)
        assert meta.conversation()["marketing_opt_out"] is opted_out, (value, at)

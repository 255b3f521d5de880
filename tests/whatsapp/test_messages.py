"""What single messages mean, where the payload catalogue has no example."""

from datetime import UTC, datetime

import orjson
import pytest

from livechat.whatsapp.graph.graph_errors import describe
from livechat.whatsapp.webhook.body import parse
from livechat.whatsapp.webhook.items import (
    Broken,
    Customer,
    IdentityChange,
    Ignored,
    MessageChange,
    Reaction,
    StatusUpdate,
    ThreadMessage,
)
from tests.whatsapp.catalogue import ASHA, ASHA_ID, AT, NUMBER, body, message, payload, read


def one(*messages, **value):
    [item] = read(*messages, **value)
    return item


def test_a_text_is_kept_whole_with_metas_time_and_its_place():
    item = one(message(text={"body": " a\n" * 20_000}))
    assert isinstance(item, ThreadMessage)
    assert item.text == " a\n" * 20_000
    assert item.timestamp == datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    assert (item.source.n, item.source.field, item.source.waba_id) == (0, "messages", "1")
    assert item.source.phone_number_id == NUMBER


@pytest.mark.parametrize("timestamp", [int(AT), float(AT), AT])
def test_a_time_is_read_as_number_and_as_string(timestamp):
    assert one(message(timestamp=timestamp)).timestamp.timestamp() == int(AT)


NO_TIMES = [None, "", "soon", True, "-1", 0, -5, "9" * 40, 1e300, [], "１７９"]
RECEIVED_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("timestamp", NO_TIMES)
def test_what_says_no_readable_time_happened_when_it_was_received(timestamp):
    message_without = message() | {"timestamp": timestamp}
    [item] = parse(body({"messages": [message_without]}), RECEIVED_AT)
    assert isinstance(item, ThreadMessage)
    assert item.timestamp == RECEIVED_AT
    status = {"id": "w", "status": "read", "timestamp": timestamp}
    [item] = parse(body({"statuses": [status]}), RECEIVED_AT)
    assert (item.status, item.timestamp) == ("read", RECEIVED_AT)
    preference = {"wa_id": ASHA, "category": "marketing_messages", "value": "stop", "timestamp": timestamp}
    [item] = parse(body({"user_preferences": [preference]}, "user_preferences"), RECEIVED_AT)
    assert (item.opted_out, item.timestamp) == (True, RECEIVED_AT)


@pytest.mark.parametrize("timestamp", NO_TIMES)
def test_without_a_time_of_any_kind_it_is_broken(timestamp):
    item = one(message() | {"timestamp": timestamp})
    assert item == Broken(item.source, "no_timestamp")


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"id": None}, "no_message_id"),
        ({"id": "w" * 600}, "id_too_long"),
        ({"id": {"a": 1}}, "id_not_a_string"),
        ({"from": None}, "no_customer"),
        ({"from": "not a number"}, "no_customer"),
        ({"type": "reaction", "reaction": {"emoji": "👍"}}, "no_target"),
        ({"type": "revoke"}, "no_target"),
        ({"type": "edit", "edit": {"original_message_id": "w"}}, "no_edited_message"),
    ],
)
def test_a_broken_message_says_why_and_harms_no_neighbour(keys, reason):
    before, broken, after = read(message(id="a"), message(**keys), message(id="b"))
    assert (before.wamid, after.wamid) == ("a", "b")
    assert broken == Broken(broken.source, reason)
    assert [before.source.n, broken.source.n, after.source.n] == [0, 1, 2]


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"text": "hello"}, "hello"),
        ({"text": {"body": 5}}, "5"),
        ({"text": 5}, "5"),
        ({"text": [{"body": "first"}, {"body": "second"}]}, "first"),
        ({"text": {"body": ["a"]}}, None),
        ({"text": True}, None),
        ({"type": "button", "button": "Yes"}, "Yes"),
        ({"type": "contacts", "contacts": {"name": {"formatted_name": "A"}}}, "A"),
        ({"type": "contacts", "contacts": ["A", 5, {"name": []}]}, "A"),
        ({"type": "contacts", "contacts": {}}, None),
        ({"type": "image", "image": "a.jpg"}, None),
        ({"type": "image", "image": {"caption": 7, "id": []}}, "7"),
        ({"type": "location", "location": [{"latitude": 1, "name": "Here"}]}, "Here"),
        ({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": [5]}}, None),
        ({"type": "interactive", "interactive": {"type": {}, "body": "x"}}, None),
        ({"context": "odd", "referral": [1], "errors": "x", "identity": 5}, "hello"),
    ],
)
def test_a_part_of_another_type_costs_the_message_that_part_alone(keys, text):
    item = one(message(**keys))
    assert isinstance(item, ThreadMessage)
    assert item.text == text
    assert (item.counts_unread, item.opens_window) == (True, True)


@pytest.mark.parametrize("image", ["a.jpg", 5, [], [{"id": 5.5}], {"id": []}])
def test_a_file_that_nobody_names_is_said_to_be_missing(image):
    media = one(message(type="image", image=image)).content["media"]
    assert (media["state"], media["error"]) == ("failed", "WhatsApp sent no file with this message.")


@pytest.mark.parametrize("emoji", [5, [], {}, True])
def test_what_is_no_emoji_neither_sets_nor_removes_a_reaction(emoji):
    item = one(message(type="reaction", reaction={"message_id": "w", "emoji": emoji}))
    assert item == Ignored(item.source, "no_emoji")


@pytest.mark.parametrize(
    "word", ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "id", " "]
)
def test_a_type_that_is_a_word_of_somebodys_language_is_a_type_like_any_other(word):
    item = one(message(type=word))
    assert (item.message_type, item.text, item.counts_unread) == (word, None, True)
    orjson.dumps(item.content)
    kinds = {"type": "interactive", "interactive": {"type": word}}
    assert one(message(**kinds)).content["interactive"] == {"type": word}
    assert one(message(type="unsupported", unsupported={"type": word})).content["unsupported"] == {
        "type": word
    }


def test_a_type_is_never_longer_than_a_name():
    assert one(message(type="x" * 64)).message_type == "x" * 64
    assert one(message(type="x" * 65)).message_type == "unsupported"
    assert one(message(type="x" * 10_000, text={"body": "hello"})).text == "hello"
    assert one(message(type=None) | {"y" * 10_000: {}}).message_type == "unsupported"


def test_a_missing_type_is_the_one_content_key_else_unsupported():
    assert one(message(type=None, text={"body": "x"})).message_type == "text"
    assert one(message(type=None)).message_type == "unsupported"
    assert one(message(type=5, text={}, image={})).message_type == "unsupported"


def test_media_waits_for_its_file_and_drops_metas_url():
    item = parse(payload("msg-document.json"))[0]
    assert set(item.content["document"]) == {"caption", "filename", "mime_type", "sha256", "id"}
    assert item.content["media"] == {
        "state": "pending",
        "mime_type": "application/pdf",
        "size": None,
        "filename": "Vertrag_Müller (final).pdf",
        "width": None,
        "height": None,
        "duration": None,
        "url": None,
        "thumbnail_url": None,
        "waveform": None,
        "error": None,
    }


def test_media_without_an_id_can_never_be_fetched():
    assert one(message(type="video", video={"mime_type": "video/mp4"})).content["media"]["state"] == "failed"
    assert "media" not in one(message(type="video")).content


def test_a_type_of_our_own_content_names_cannot_pose_as_them():
    assert one(message(type="media", media={"state": "ready"})).content == {}
    assert one(message(type="context", context={"id": "w"})).content == {"context": {"id": "w"}}
    for name in ("group", "rendered", "edited_at", "revoked_at", "voicemail"):
        item = one(message(type=name) | {name: "2026-11-22T10:00:00Z"})
        assert (item.message_type, item.content) == (name, {})


def test_errors_are_read_on_every_type():
    errors = [{"code": "131052", "title": "Media file size too big", "error_data": {"details": "d"}}]
    item = one(message(type="video", video={"id": "1"}, errors=errors))
    assert item.error == {
        "code": 131052,
        "title": "Media file size too big",
        "detail": "The customer's file could not be fetched; it may be larger than 100 MB.",
        "retryable": False,
    }
    assert item.content["errors"] == errors


def test_a_quote_names_its_message_and_a_forward_none():
    assert parse(payload("msg-text-reply.json"))[0].reply_to_wamid.startswith("wamid.")
    assert parse(payload("msg-text-forwarded.json"))[0].reply_to_wamid is None
    assert one(message(context="odd")).reply_to_wamid is None


def test_metas_agents_summary_stands_in_the_message_beside_it():
    summary = {"type": "summary", "summary": {"text": "s"}}
    assert one(message(), conversation_context=summary).content["conversation_context"] == summary


def test_a_group_message_belongs_to_the_group_and_names_its_member():
    item = parse(payload("group-text.json"))[0]
    assert item.customer == Customer(group_id=item.content["group"]["id"])
    assert item.content["group"] | {"id": ""} == {
        "id": "",
        "from": ASHA,
        "from_user_id": ASHA_ID,
        "name": "Asha Kulkarni",
    }
    reaction = one(
        message(type="reaction", group_id="g", reaction={"message_id": "w", "emoji": "👍"})
        | {"from_user_id": ASHA_ID}
    )
    assert isinstance(reaction, Reaction)
    assert (reaction.actor, reaction.side, reaction.customer) == (ASHA_ID, "customer", Customer(group_id="g"))
    assert one(message(group_id="g") | {"from": ""}).customer == Customer(group_id="g")


def test_an_edit_brings_the_new_part_and_never_a_second_file():
    inner = {
        "type": "image",
        "image": {"id": "1", "caption": "new", "url": "https://x"},
        "context": {"id": "M0"},
    }
    item = one(message(type="edit", edit={"original_message_id": "w", "message": inner}))
    assert isinstance(item, MessageChange)
    assert (item.kind, item.message_type, item.text, item.target_wamid) == ("edit", "image", "new", "w")
    assert item.content == {"image": {"id": "1", "caption": "new"}}


def test_location_and_cards_have_a_text_and_a_pin_has_none():
    cards = [{"name": {"formatted_name": "A"}}, {"name": {}}, {"name": {"formatted_name": "B"}}]
    assert one(message(type="contacts", contacts=cards)).text == "A, B"
    assert (
        one(message(type="location", location={"latitude": 1, "address": "12 MG Road"})).text == "12 MG Road"
    )
    assert one(message(type="location", location={"latitude": 1})).text is None


class TestCards:
    def name(self, vcard, **card):
        return one(message(type="contacts", contacts=[{"vcard": vcard} | card])).text

    @pytest.mark.parametrize(
        ("vcard", "name"),
        [
            ("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Barbara J. Johnson\r\nEND:VCARD\r\n", "Barbara J. Johnson"),
            ("BEGIN:VCARD\nN:Johnson;Barbara;J.;Dr.;PhD\nEND:VCARD", "Dr. Barbara J. Johnson PhD"),
            ("begin:vcard\nfn:lower\nend:vcard", "lower"),
            ("BEGIN:VCARD\nN:;;;;\nFN:Only shown\nEND:VCARD", "Only shown"),
            ("BEGIN:VCARD\nFN:\nN:Rao\nEND:VCARD", "Rao"),
            ("item1.FN;LANGUAGE=en:Grouped", "Grouped"),
            ("FN:A name that is fol\r\n ded over\r\n\t two lines", "A name that is folded over two lines"),
            ("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Jos=C3=A9 Garc=C3=ADa", "José García"),
            ("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Jos=C3=A9=\r\n=20Garc=C3=ADa", "José García"),
            ("FN;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Jos=E9", "José"),
            (
                "N;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:=C8=E2=E0=ED=EE=E2;=C8=E2=E0=ED;;;",
                "Иван Иванов",
            ),
            ("FN;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=8ER=93c", "山田"),
            ("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Jos=E9", "José"),
            ("FN;CHARSET=nonsense;ENCODING=QUOTED-PRINTABLE:Jos=C3=A9", "José"),
            ("FN;CHARSET=idna;ENCODING=QUOTED-PRINTABLE:Jos=C3=A9", "José"),
            ("FN;ENCODING=b;CHARSET=UTF-8:Sm9zw6k=", "José"),
            ("FN:Smith\\, Jones \\; Sons\\nLtd", "Smith, Jones ; Sons\nLtd"),
            ('FN;X="a:b":Quoted', "Quoted"),
            ("FN:First\nEND:VCARD\nBEGIN:VCARD\nFN:Second", "First"),
            ("TEL:+1 415 555 0829", None),
            ("no card at all", None),
            ("=\n" * 500, None),
        ],
    )
    def test_a_card_with_a_vcard_alone_has_its_name(self, vcard, name):
        assert self.name(vcard) == name

    def test_what_meta_says_itself_stands(self):
        vcard = "FN:Other\nTEL;waid=15550001:+1 555 0001\nEMAIL:a@b.example\nORG:Cafe;Kitchen"
        item = one(message(type="contacts", contacts=[{"vcard": vcard, "name": {"first_name": "Bar"}}]))
        [card] = item.content["contacts"]
        assert item.text == "Bar"
        assert card["phones"] == [{"phone": "+1 555 0001", "wa_id": "15550001"}]
        assert card["emails"] == [{"email": "a@b.example"}]
        assert card["org"] == {"company": "Cafe", "department": "Kitchen"}
        given = {"vcard": vcard, "name": {"formatted_name": "B"}, "phones": [{"phone": "1"}]}
        [card] = one(message(type="contacts", contacts=[given])).content["contacts"]
        assert (card["name"], card["phones"]) == ({"formatted_name": "B"}, [{"phone": "1"}])

    def test_the_parts_of_a_name_are_a_name(self):
        parts = {
            "prefix": "Dr.",
            "first_name": "Asha",
            "middle_name": "K.",
            "last_name": "Rao",
            "suffix": "II",
        }
        assert one(message(type="contacts", contacts=[{"name": parts}])).text == "Dr. Asha K. Rao II"

    @pytest.mark.parametrize("filler", [";", "=", "\\", "=\n", " \n", ':"', "FN:x\n", ";CHARSET=utf-8"])
    def test_a_card_of_any_length_is_read_up_to_a_bound(self, filler):
        vcard = "FN;ENCODING=QUOTED-PRINTABLE:A" + filler * 500_000
        assert one(message(type="contacts", contacts=[{"vcard": vcard}])).message_type == "contacts"
        # What stands behind a photo of megabytes is nobody's name.
        assert self.name(f"NOTE:{filler * 100_000}\nFN:Late") != "Late"


class TestIdentity:
    def test_the_id_of_an_enterprise_alone_names_its_customer(self):
        item = one(message(from_parent_user_id="IN.ENT.1") | {"from": None})
        assert item.customer == Customer(user_id="IN.ENT.1", parent_user_id="IN.ENT.1")
        both = one(message(from_parent_user_id="IN.ENT.1", from_user_id="IN.1") | {"from": ""})
        assert both.customer == Customer(user_id="IN.1", parent_user_id="IN.ENT.1")

    def test_the_classic_change_of_number(self):
        item = parse(payload("msg-system-number-changed.json"))[0]
        assert item.customer == Customer(phone=ASHA)
        assert item.identity_change == IdentityChange(old_phone=ASHA, new_phone="917755991099")

    def test_a_change_of_number_with_ids(self):
        item = parse(payload("msg-system-number-changed-bsuid.json"))[0]
        assert item.customer.user_id == ASHA_ID
        assert item.identity_change == IdentityChange(
            old_phone=ASHA,
            new_phone="917755991099",
            old_user_id=ASHA_ID,
            new_user_id="IN.20000000000000000001",
            new_parent_user_id="IN.ENT.20000000000000000002",
        )

    def test_a_change_of_id_without_the_previous_one_takes_the_senders(self):
        system = {"type": "user_changed_user_id", "user_id": "IN.2", "body": "b"}
        raw = message(type="system", system=system, from_user_id="IN.1") | {"from": ""}
        item = one(raw)
        assert item.customer == Customer(user_id="IN.1")
        assert item.identity_change == IdentityChange(old_user_id="IN.1", new_user_id="IN.2")
        same = one(raw | {"from_user_id": "IN.2"})
        assert (same.customer, same.identity_change) == (Customer(user_id="IN.2"), None)

    def test_a_change_of_id_is_found_by_the_phone_that_stays(self):
        system = {"type": "user_changed_user_id", "user_id": "IN.2", "wa_id": ASHA}
        item = one(message(type="system", system=system) | {"from": None})
        assert item.customer == Customer(phone=ASHA)
        assert item.identity_change == IdentityChange(old_phone=ASHA, new_user_id="IN.2")

    def test_the_legacy_change_of_number(self):
        item = one(
            message(type="system", system={"type": "customer_changed_number", "new_wa_id": "15550001"})
        )
        assert item.identity_change == IdentityChange(old_phone=ASHA, new_phone="15550001")

    def test_a_changed_security_code_is_an_event_line_only(self):
        identity = {"acknowledged": True, "created_timestamp": AT, "hash": "h"}
        system = {"type": "user_identity_changed", "body": "b"}
        item = one(message(type="system", system=system, identity=identity))
        assert (item.identity_change, item.origin, item.counts_unread) == (None, "event", False)
        assert item.content["identity"] == identity

    def test_a_requested_card_teaches_the_senders_number_and_other_cards_nothing(self):
        item = parse(payload("msg-contacts-request-reply.json"))[0]
        assert item.identity_change == IdentityChange(new_phone=ASHA, old_user_id=ASHA_ID)
        for origin in ("other", None):
            card = {"phones": [{"phone": "+1 555 0001"}], "origin": origin}
            raw = message(type="contacts", contacts=[card], from_user_id=ASHA_ID)
            assert one(raw).identity_change is None

    def test_the_only_contact_may_write_the_number_differently(self):
        contact = {"wa_id": "551187654321", "user_id": "BR.1", "profile": {"name": "Bia", "username": "@bia"}}
        item = one(message() | {"from": "5511987654321"}, contacts=[contact])
        assert item.customer == Customer(phone="5511987654321", user_id="BR.1", username="bia", name="Bia")

    def test_the_only_contact_of_several_messages_is_not_everybody(self):
        contact = {"wa_id": ASHA, "user_id": ASHA_ID, "profile": {"name": "Asha"}}
        asha, other = read(message(), message(id="2") | {"from": "16505551234"}, contacts=[contact])
        assert asha.customer.user_id == ASHA_ID
        assert other.customer == Customer(phone="16505551234")

    def test_a_contact_with_another_id_is_someone_else(self):
        contact = {"wa_id": "16505551234", "user_id": "US.1", "profile": {"name": "Sheena"}}
        item = one(message(from_user_id="IN.1") | {"from": ""}, contacts=[contact])
        assert item.customer == Customer(user_id="IN.1")

    def test_a_number_with_decoration_is_digits_and_odd_contacts_are_left_out(self):
        item = one(message() | {"from": "+91 77559-91051"}, contacts=[5, {"profile": 7, "wa_id": ASHA}])
        assert item.customer == Customer(phone=ASHA)


class TestStatuses:
    def status(self, **keys):
        raw = {"id": "w", "status": "sent", "timestamp": AT} | keys
        [item] = parse(body({"statuses": [raw]}))
        return item, raw

    def test_the_event_is_kept_as_it_came(self):
        item, raw = self.status(pricing={"billable": True}, biz_opaque_callback_data="msg:x")
        assert isinstance(item, StatusUpdate)
        assert (item.raw, item.callback_data, item.participant) == (raw, "msg:x", "")

    def test_a_failure_says_what_the_agent_can_do(self):
        item, _ = self.status(status="failed", errors=[{"code": 131047, "title": "Re-engagement message"}])
        assert item.error_code == 131047
        assert item.error == {
            "code": 131047,
            "title": "Re-engagement message",
            "detail": describe(131047, None, None)["detail"],
            "retryable": False,
        }

    def test_a_failure_without_a_readable_error_is_still_a_failure(self):
        for errors in (None, [], ["x"], {"code": 1}):
            item, _ = self.status(status="failed", errors=errors)
            assert (item.status, item.error, item.error_code) == ("failed", None, None)
        item, _ = self.status(status="failed", errors=[{}])
        assert item.error["code"] is None

    @pytest.mark.parametrize(
        ("keys", "reason"),
        [
            ({"status": None}, "no_status"),
            ({"status": "x" * 65}, "no_status"),
            ({"id": ""}, "no_message_id"),
            ({"timestamp": "?"}, "no_timestamp"),
        ],
    )
    def test_a_status_that_cannot_be_read_is_broken(self, keys, reason):
        item, _ = self.status(**keys)
        assert item == Broken(item.source, reason)

    def test_a_calls_status_never_reaches_messages(self):
        item, _ = self.status(type="call", status="RINGING")
        assert item == Ignored(item.source, "call_status")

"""The envelope, and every field beside ``messages``."""

from datetime import UTC, datetime

import orjson
import pytest

from livechat.whatsapp.webhook.body import parse
from livechat.whatsapp.webhook.fields import NOT_FOR_INBOX
from livechat.whatsapp.webhook.items import (
    AccountNews,
    Broken,
    ContactName,
    Customer,
    CustomerPreference,
    Ignored,
    MessageChange,
    Reaction,
    StatusUpdate,
    ThreadMessage,
)
from tests.whatsapp.catalogue import ASHA, ASHA_ID, AT, OURS, body, message, payload, read


def one(value, field):
    [item] = parse(body(value, field))
    return item


class TestEnvelope:
    @pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe\x00", b"nope", b'{"a":1}x', b"[" * 100_000])
    def test_what_is_no_json_is_broken(self, raw):
        [item] = parse(raw)
        assert item == Broken(item.source, "not_json")

    @pytest.mark.parametrize("raw", [b"[]", b"5", b'"x"', b"null", b"true"])
    def test_what_is_no_object_is_broken(self, raw):
        [item] = parse(raw)
        assert item == Broken(item.source, "not_an_object")

    @pytest.mark.parametrize("name", ["page", "instagram", 5, ["whatsapp_business_account"], {}])
    def test_another_object_is_not_for_us(self, name):
        [item] = parse(orjson.dumps({"object": name, "entry": [{"changes": [{}]}]}))
        assert item == Ignored(item.source, "not_whatsapp")

    @pytest.mark.parametrize(
        "document",
        [{}, {"entry": None}, {"entry": []}, {"entry": [{}]}, {"entry": [{"changes": []}]}],
    )
    def test_an_empty_envelope_is_one_ignored_item(self, document):
        [item] = parse(orjson.dumps({"object": "whatsapp_business_account"} | document))
        assert item == Ignored(item.source, "empty")

    def test_things_of_another_type_are_broken_beside_what_is_right(self):
        good = orjson.loads(body({"messages": [message()]}))["entry"][0]
        document = {"object": "whatsapp_business_account", "entry": [5, {"changes": {}}, good]}
        first, second, third = parse(orjson.dumps(document))
        assert (first.error, second.error) == ("entry_not_an_object", "not_a_list")
        assert isinstance(third, ThreadMessage)
        good["changes"] = [7, {"field": "messages", "value": []}, {"field": "messages"}, *good["changes"]]
        items = parse(orjson.dumps({"object": "whatsapp_business_account", "entry": [good]}))
        assert [type(item) for item in items] == [Broken, Broken, Ignored, ThreadMessage]

    def test_a_missing_field_is_told_from_the_keys(self):
        assert one({"messages": [message()]}, None).source.field == "messages"
        item = one({"event": "ACCOUNT_DELETED"}, None)
        assert (type(item), item.source.field) == (AccountNews, "")

    def test_messages_without_a_number_of_ours_are_broken(self):
        [item] = parse(body({"metadata": {}, "messages": [message()]}))
        assert item == Broken(item.source, "no_phone_number_id")

    def test_ids_written_as_numbers_are_ids(self):
        document = orjson.loads(body({"messages": [message()], "metadata": {"phone_number_id": 42}}))
        document["entry"][0]["id"] = 7
        [item] = parse(orjson.dumps(document))
        assert (item.source.waba_id, item.source.phone_number_id) == ("7", "42")


class TestUnstorableText:
    def test_nul_and_lone_surrogates_are_replaced_and_nothing_else(self):
        raw = body({"messages": [message(text={"body": "@@"}), message(id="2")]})
        for escape in (b"\\u0000", b"\\ud83d", b"\\udc00"):
            first, second = parse(raw.replace(b"@@", b"a" + escape + b"b \\u0040"))
            assert first.text == "a\ufffdb @"
            assert first.content["text"]["body"] == first.text
            assert second.text == "hello"

    def test_numbers_that_json_does_not_know_are_taken(self):
        raw = body({"messages": [message(location={"latitude": 7}, type="location")]})
        for number, kept in ((b"NaN", None), (b"-Infinity", None), (b"1e999", None), (b"1" * 5000, None)):
            [item] = parse(raw.replace(b'"latitude":7', b'"latitude":' + number))
            assert item.content["location"]["latitude"] == kept
            orjson.dumps(item.content)

    def test_a_byte_order_mark_is_no_obstacle(self):
        assert isinstance(parse(b"\xef\xbb\xbf" + payload("msg-text.json"))[0], ThreadMessage)

    def test_what_is_nested_too_deeply_is_broken_beside_its_neighbour(self):
        deep = b"[" * 400 + b"]" * 400
        raw = body({"messages": [message(type="poll", poll="@@"), message(id="2")]})
        broken, second = parse(raw.replace(b'"@@"', deep))
        assert broken == Broken(broken.source, "nested_too_deeply")
        assert second.wamid == "2"


class TestMessagesField:
    def test_errors_and_unknown_keys_are_kept_beside_the_messages(self):
        first, second, third = read(message(), errors=[{"code": 1}], user_actions=[{"a": 1}])
        assert isinstance(first, ThreadMessage)
        assert (second.value, third.value) == ({"user_actions": [{"a": 1}]}, {"errors": [{"code": 1}]})

    def test_arrays_of_another_type_are_broken_once(self):
        [item] = parse(body({"messages": {"id": "w"}}))
        assert item == Broken(item.source, "not_a_list")


def test_fields_of_no_use_to_an_inbox_are_ignored_with_a_constant_reason():
    for field in NOT_FOR_INBOX:
        item = one({"anything": 1}, field)
        assert item == Ignored(item.source, f"not_for_inbox:{field}")


def test_account_news_is_kept_as_it_came_with_the_entrys_time():
    document = orjson.loads(payload("tpl-rejected.json"))
    [item] = parse(payload("tpl-rejected.json"))
    assert item.value == document["entry"][0]["changes"][0]["value"]
    assert item.happened_at == datetime(2026, 11, 22, 11, 11, 50, tzinfo=UTC)


class TestCoexistence:
    def test_an_echo_is_an_outbound_message_of_the_phone(self):
        [item] = parse(payload("coex-echo-text.json"))
        assert (item.direction, item.origin, item.status, item.status_rank) == (
            "outbound",
            "phone_app",
            "sent",
            20,
        )
        assert item.customer == Customer(phone=ASHA, user_id=ASHA_ID)

    def test_a_reaction_in_the_phone_is_the_businesss(self):
        raw = message(type="reaction", reaction={"message_id": "w", "emoji": "👍"}, to=ASHA) | {"from": OURS}
        item = one({"message_echoes": [raw]}, "message_echoes")
        assert isinstance(item, Reaction)
        assert (item.side, item.actor, item.opens_window, item.customer.phone) == (
            "business",
            "business",
            False,
            ASHA,
        )

    def test_an_echo_to_no_one_is_broken(self):
        item = one({"message_echoes": [message()]}, "smb_message_echoes")
        assert item == Broken(item.source, "no_customer")

    @pytest.mark.parametrize(
        ("word", "standing"),
        [
            ("SENT", ("sent", 20)),
            ("PENDING", ("sent", 20)),
            ("ERROR", ("failed", 25)),
            ("PLAYED", ("read", 50)),
            (None, ("sent", 20)),
            ("NEW", ("sent", 20)),
        ],
    )
    def test_history_says_how_far_a_message_came(self, word, standing):
        raw = message(to=ASHA, history_context={"status": word}) | {"from": OURS}
        item = one({"history": [{"threads": [{"id": ASHA, "messages": [raw]}]}]}, "history")
        assert (item.status, item.status_rank) == standing

    def test_history_changes_nobodys_ids_and_counts_for_nothing(self):
        system = {"type": "user_changed_number", "wa_id": "15550001"}
        thread = {"id": ASHA, "messages": [message(type="system", system=system)]}
        item = one({"history": [{"threads": [thread]}]}, "history")
        assert (item.origin, item.identity_change, item.counts_unread, item.opens_window) == (
            "history",
            None,
            False,
            False,
        )

    def test_a_thread_names_the_customer_where_the_message_does_not(self):
        context = {"user_id": ASHA_ID, "username": "asha.k"}
        thread = {"id": ASHA, "context": context, "messages": [message() | {"from": None}]}
        item = one({"history": [{"threads": [thread]}]}, "history")
        assert item.customer == Customer(phone=ASHA, user_id=ASHA_ID, username="asha.k")

    def test_a_declined_history_is_news_and_broken_threads_harm_no_other(self):
        errors = [{"code": 2593109}]
        threads = [7, {"messages": 5}, {"id": ASHA, "messages": [message()]}]
        items = parse(body({"history": [{"errors": errors}, 3, {"threads": threads}]}, "history"))
        assert items[0].value == {"errors": errors}
        assert [type(item) for item in items[1:]] == [Broken, Broken, ThreadMessage]

    def test_media_of_old_messages_come_as_messages_of_the_same_field(self):
        image = {"id": "1", "mime_type": "image/jpeg"}
        inbound, outbound = parse(
            body(
                {
                    "messages": [message(type="image", image=image)],
                    "message_echoes": [message(type="image", image=image, id="2", to=ASHA) | {"from": OURS}],
                },
                "history",
            )
        )
        assert (inbound.direction, inbound.origin, inbound.counts_unread) == ("inbound", "history", False)
        assert (outbound.direction, outbound.customer.phone) == ("outbound", ASHA)

    def test_a_removed_contact_has_no_name(self):
        contact = {"phone_number": "+" + ASHA, "full_name": "Asha"}
        entry = {"type": "contact", "contact": contact, "metadata": {"timestamp": AT}}
        kept, gone, other = parse(
            body(
                {"state_sync": [entry, entry | {"action": "remove"}, entry | {"type": "label"}]},
                "smb_app_state_sync",
            )
        )
        assert isinstance(kept, ContactName)
        assert (kept.name, gone.name, kept.customer) == ("Asha", None, Customer(phone=ASHA))
        assert isinstance(other, Ignored)


class TestStandby:
    def test_the_agents_message_is_the_body_of_its_send_call(self):
        send = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "+" + ASHA,
            "type": "text",
            "context": {"message_id": "q"},
            "text": {"body": "I am a bot", "preview_url": False},
        }
        echo = {"id": "w", "timestamp": AT, "message": send}
        item = one({"standby": {"message_echoes": [echo]}}, "standby")
        assert (item.direction, item.origin, item.status) == ("outbound", "standby", "sent")
        assert (item.text, item.reply_to_wamid, item.customer) == ("I am a bot", "q", Customer(phone=ASHA))
        by_id = {key: value for key, value in send.items() if key not in ("to", "type")}
        item = one(
            {"standby": {"message_echoes": [echo | {"message": by_id | {"recipient": ASHA_ID}}]}}, "standby"
        )
        assert (item.customer, item.message_type) == (Customer(user_id=ASHA_ID), "text")
        item = one(
            {
                "standby": {
                    "message_echoes": [echo | {"message": send | {"recipient_type": "group", "to": "g"}}]
                }
            },
            "standby",
        )
        assert item.customer == Customer(group_id="g")

    def test_the_agents_reading_is_no_message_and_its_statuses_are_statuses(self):
        reading = {"messaging_product": "whatsapp", "status": "read", "message_id": "w"}
        status = {"id": "w", "status": "delivered", "timestamp": AT}
        echoes = [{"id": "e", "timestamp": AT, "message": reading}]
        first, second = parse(body({"standby": {"message_echoes": echoes, "statuses": [status]}}, "standby"))
        assert isinstance(first, Ignored)
        assert isinstance(second, StatusUpdate)

    DEFINITION = {  # noqa: RUF012
        "name": "order_ready",
        "language": "en_US",
        "parameter_format": "POSITIONAL",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
            {"type": "BODY", "text": "Hello {{1}}, it is ready until {{2}}."},
            {"type": "FOOTER", "text": "Asha's Bakery"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Thanks"}]},
        ],
    }
    VALUES = [  # noqa: RUF012
        {"type": "header", "parameters": [{"type": "text", "text": "7"}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Asha"}, {"type": "text", "text": "six"}]},
    ]

    def template(self, definition, values=VALUES, **message):
        part = {"name": "order_ready", "language": {"code": "en_US"}, "components": values}
        sent = {"to": ASHA, "type": "template", "template": part} | message
        echo = {"id": "w", "timestamp": AT, "message": sent, "template": definition}
        return one({"standby": {"message_echoes": [echo]}}, "standby")

    def test_a_template_is_shown_by_the_definition_beside_its_values(self):
        item = self.template(self.DEFINITION)
        assert (item.message_type, item.text) == ("template", "Hello Asha, it is ready until six.")
        assert item.content["rendered"] == {
            "header": {"type": "text", "text": "Order 7"},
            "body": "Hello Asha, it is ready until six.",
            "footer": "Asha's Bakery",
            "buttons": [{"type": "quick_reply", "text": "Thanks", "payload": None}],
        }
        assert item.content["template"]["components"] == self.VALUES

    def test_a_definition_names_itself_in_any_way_or_not_at_all(self):
        for change in (
            {"name": None, "language": None},
            {"language": {"code": "en_US"}},
            {"language": ["en"]},
            {"status": 5, "category": [], "parameter_format": None},
        ):
            item = self.template(self.DEFINITION | change)
            assert item.text == "Hello Asha, it is ready until six.", change
        named = self.DEFINITION | {
            "parameter_format": "NAMED",
            "components": [{"type": "body", "text": "Hello {{who}}"}],
        }
        values = [{"type": "body", "parameters": [{"type": "text", "parameter_name": "who", "text": "Asha"}]}]
        assert self.template(named, values).text == "Hello Asha"

    @pytest.mark.parametrize("definition", [None, "order_ready", 5, [], {}, {"components": "x"}])
    def test_without_a_definition_it_is_a_template_whose_words_are_not_told(self, definition):
        item = self.template(definition)
        assert (item.message_type, item.text, "rendered" in item.content) == ("template", None, False)

    @pytest.mark.parametrize("values", [None, "x", [], [5], [{"type": "body", "parameters": 5}]])
    def test_values_that_do_not_fit_leave_its_places_open(self, values):
        item = self.template(self.DEFINITION, values)
        assert item.text == "Hello {{1}}, it is ready until {{2}}."

    def test_cards_that_are_missing_are_shown_as_the_template_has_them(self):
        cards = [{"components": [{"type": "BODY", "text": f"Card {n} {{{{1}}}}"}]} for n in (1, 2)]
        definition = self.DEFINITION | {"components": [{"type": "CAROUSEL", "cards": cards}]}
        given = {"components": [{"type": "body", "parameters": [{"type": "text", "text": "x"}]}]}
        item = self.template(definition, [{"type": "carousel", "cards": [given]}])
        assert [card["body"] for card in item.content["rendered"]["cards"]] == ["Card 1 x", "Card 2 {{1}}"]

    def test_edits_of_the_customer_stay_edits(self):
        raw = message(type="revoke", revoke={"original_message_id": "w"})
        assert isinstance(one({"standby": {"messages": [raw]}}, "standby"), MessageChange)

    def test_a_handover_is_one_event_line_however_often_it_comes(self):
        [item] = parse(payload("handover-control-passed.json"))
        [again] = parse(
            orjson.dumps(orjson.loads(payload("handover-control-passed.json")), option=orjson.OPT_SORT_KEYS)
        )
        assert item.wamid == again.wamid
        assert item.wamid.startswith("event:")
        assert len(item.wamid) == len("event:") + 32
        assert item.text == "Customer wants to change the delivery address."
        assert item.content["messaging_handovers"]["type"] == "control_passed"

    def test_a_handover_without_a_summary_says_what_was_noted(self):
        document = orjson.loads(payload("handover-control-passed.json"))
        value = document["entry"][0]["changes"][0]["value"]
        del value["control_passed"]["conversation_context"]
        assert parse(orjson.dumps(document))[0].text == "user asked for a human"
        value["control_passed"] = ["odd"]
        value["timestamp"] = None
        [item] = parse(orjson.dumps(document), datetime(2026, 11, 22, tzinfo=UTC))
        assert (item.text, item.timestamp.year) == (None, 2026)

    @pytest.mark.parametrize("sender", [None, {}, "917755991051", {"phone_number": ""}])
    def test_a_handover_of_a_customer_whom_meta_does_not_name_is_nobodys_line(self, sender):
        document = orjson.loads(payload("handover-control-passed.json"))
        document["entry"][0]["changes"][0]["value"]["sender"] = sender
        [item] = parse(orjson.dumps(document))
        assert item == Ignored(item.source, "handover_of_nobody")


class TestCalls:
    CALL = {"id": "wacid.1", "event": "connect", "timestamp": int(AT), "from": ASHA, "to": OURS}  # noqa: RUF012

    def test_a_users_call_is_unread_and_opens_the_window(self):
        [item] = parse(payload("call-connect.json"))
        assert (item.origin, item.counts_unread, item.opens_window) == ("event", True, True)
        assert "session" not in item.content["call"]

    def test_a_call_of_ours_is_outbound_and_unread_for_no_one(self):
        call = self.CALL | {"direction": "BUSINESS_INITIATED", "from": OURS, "to": ASHA, "event": "terminate"}
        item = one({"calls": [call], "errors": [{"code": 138000}]}, "calls")
        assert (item.direction, item.status, item.counts_unread) == ("outbound", "sent", False)
        assert item.customer == Customer(phone=ASHA)
        assert item.content["errors"] == [{"code": 138000}]

    @pytest.mark.parametrize("direction", ["BUSINESS_INITIATED", "USER_INITIATED", None, 5])
    @pytest.mark.parametrize("from_us", [True, False])
    def test_a_call_is_never_a_conversation_with_ourselves(self, direction, from_us):
        parties = {"from": OURS, "to": ASHA} if from_us else {"from": ASHA, "to": OURS}
        item = one({"calls": [self.CALL | parties | {"direction": direction}]}, "calls")
        assert item.customer == Customer(phone=ASHA)

    @pytest.mark.parametrize(
        ("key", "kind", "mime"),
        [
            ("call_recording", "audio", "audio/ogg; codecs=opus"),
            ("call_transcript", "document", "application/json"),
        ],
    )
    def test_what_was_recorded_of_a_call_is_a_file_below_it(self, key, kind, mime):
        file = {"id": "55", "mime_type": mime, "sha256": "s", "url": "https://lookaside.fbsbx.com/x"}
        call = {"id": "wacid.1", "event": f"{key}ion_available", "timestamp": AT, "from_user_id": ASHA_ID}
        item = one({"calls": [call | {key: {"type": kind, kind: file}}]}, "calls")
        assert (item.wamid, item.message_type, item.origin) == (f"wacid.1:{key}", kind, "event")
        assert (item.customer, item.counts_unread, item.opens_window) == (
            Customer(user_id=ASHA_ID),
            False,
            False,
        )
        assert item.content[key] == {"call_id": "wacid.1"}
        assert item.content["media"]["state"] == "pending"
        assert "url" not in item.content[kind]
        item = one({"calls": [call | {key: "soon"}]}, "calls")
        assert item.content["media"]["state"] == "failed"

    def test_a_message_left_after_a_call_is_a_voicemail(self):
        audio = {"id": "1", "mime_type": "audio/ogg"}
        [item] = read(message(type="audio", id="wacid.1", audio=audio))
        assert item.content["voicemail"] is True
        [item] = read(message(type="audio", id="wamid.1", audio=audio))
        assert "voicemail" not in item.content

    def test_other_events_of_a_call_are_ignored(self):
        item = one({"calls": [self.CALL | {"event": "media_update"}]}, "calls")
        assert item == Ignored(item.source, "call_event")


@pytest.mark.parametrize(("value", "says_no"), [("stop", True), ("resume", False), ("signup", False)])
def test_a_preference_is_a_no_or_takes_it_back(value, says_no):
    known = {"wa_id": ASHA, "category": "marketing_messages", "value": value, "timestamp": int(AT)}
    for written in (known, known | {"value": value.upper()}, known | {"category": None}):
        item = one({"user_preferences": [written]}, "user_preferences")
        assert isinstance(item, CustomerPreference)
        assert item.opted_out is says_no


def test_preferences_that_we_do_not_know_are_for_no_one():
    known = {"wa_id": ASHA, "category": "marketing_messages", "value": "resume", "timestamp": int(AT)}
    odd = [known | {"value": value} for value in ("later", None, 5, [], "__proto__")]
    items = parse(body({"user_preferences": [*odd, known | {"category": "x"}]}, "user_preferences"))
    assert [item.reason for item in items] == ["preference_of_another_kind"] * 6


class TestGroups:
    def test_a_group_is_called_what_it_was_made_or_named_as(self):
        made = {"group_id": "g", "type": "group_create", "timestamp": AT, "subject": " Neighbours "}
        item = one({"groups": [made | {"invite_link": "https://x"}]}, "group_lifecycle_update")
        assert isinstance(item, ContactName)
        assert (item.name, item.customer) == ("Neighbours", Customer(group_id="g"))
        subject = {"text": "Friends", "update_successful": True}
        named = {"group_id": "g", "type": "group_settings_update", "timestamp": AT, "group_subject": subject}
        assert one({"groups": [named]}, "group_settings_update").name == "Friends"

    @pytest.mark.parametrize(
        "group",
        [
            {"type": "group_delete"},
            {"type": "group_create", "subject": "x", "errors": [{"code": 1}]},
            {"type": "group_settings_update", "group_subject": {"text": "x", "update_successful": False}},
            {"type": "group_settings_update", "group_description": {"text": "x"}},
            {"type": "group_create", "subject": 5},
        ],
    )
    def test_nothing_else_of_a_group_is_for_an_inbox(self, group):
        item = one({"groups": [{"group_id": "g", "timestamp": AT} | group]}, "group_settings_update")
        assert item == Ignored(item.source, "not_for_inbox:group_settings_update")

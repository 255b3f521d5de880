from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livechat.domain.ids import uuid7
from livechat.whatsapp.sending.outgoing import (
    body_for,
    callback_data,
    message_id_from_callback,
    text_of,
    validate,
)
from tests.whatsapp.catalogue import ASHA, ASHA_ID, ODD, SENDS

REQUESTS = {
    path.name.removesuffix(".request.json"): orjson.loads(path.read_bytes())
    for path in SENDS.glob("*.request.json")
}
SENT = {
    name: request
    for name, request in REQUESTS.items()
    # One is a reading receipt, the other is made to be refused.
    if name not in ("mark-read-typing", "error-100-missing-parameter")
}


@pytest.mark.parametrize("name", sorted(SENT))
def test_the_body_is_the_catalogues(name):
    request = SENT[name]
    kind = request["type"]
    body = body_for(
        kind,
        {kind: request[kind]},
        to_phone=request["to"].removeprefix("+") if "to" in request else None,
        to_user_id=request.get("recipient"),
        group_id=None,
        reply_to_wamid=request.get("context", {}).get("message_id"),
        callback_data=request.get("biz_opaque_callback_data"),
    )
    assert body == request
    assert validate(kind, request[kind]) == {}


def build(kind, part, **keys):
    given_keys = {
        "to_phone": ASHA,
        "to_user_id": None,
        "group_id": None,
        "reply_to_wamid": None,
        "callback_data": None,
    }
    return body_for(kind, {kind: part}, **(given_keys | keys))


def test_a_phone_goes_before_an_id_and_a_group_before_both():
    body = build("text", {"body": "x"}, to_user_id=ASHA_ID)
    assert (body["to"], body["recipient_type"]) == ("+" + ASHA, "individual")
    assert "recipient" not in body
    body = build("text", {"body": "x"}, to_user_id=ASHA_ID, group_id="g")
    assert (body["to"], body["recipient_type"]) == ("g", "group")
    with pytest.raises(ValueError):
        build("text", {"body": "x"}, to_phone=None)


def test_only_what_meta_takes_leaves_of_a_stored_file_and_place():
    stored = {"id": "1", "caption": None, "mime_type": "image/png", "sha256": "x"}
    assert build("image", stored)["image"] == {"id": "1"}
    assert build("location", {"latitude": 18.5, "longitude": -7, "name": None})["location"] == {
        "latitude": "18.5",
        "longitude": "-7",
    }


def test_a_reaction_quotes_nothing():
    body = build("reaction", {"message_id": "w", "emoji": ""}, reply_to_wamid="q")
    assert "context" not in body


def test_our_id_comes_back_from_callback_data_and_nothing_else_does():
    message_id = uuid7()
    assert message_id_from_callback(callback_data(message_id)) == message_id
    assert callback_data(UUID(int=1)) == "msg:00000000-0000-0000-0000-000000000001"
    known = callback_data(message_id)
    for other in (
        None,
        "",
        "msg:",
        known.upper(),
        known + "\n",
        " " + known,
        known.replace("-", ""),
        "x" + known,
    ):
        assert message_id_from_callback(other) is None


def test_what_a_list_shows_of_a_send():
    for name, text in {
        "text": "Hello Asha, how can I help?",
        "image-id-caption": "The blue one",
        "audio-voice": None,
        "location": "Lucky Shrub Pune",
        "contacts": "Support desk",
        "interactive-buttons": "Is Tuesday morning fine?",
        "template-named-held": None,
    }.items():
        assert text_of(SENT[name]["type"], SENT[name][SENT[name]["type"]]) == text


BUTTONS = REQUESTS["interactive-buttons"]["interactive"]
LIST = REQUESTS["interactive-list"]["interactive"]
LINK = REQUESTS["interactive-cta-url"]["interactive"]
TEMPLATE = REQUESTS["template-positional-media"]["template"]


def buttons(*replies):
    return BUTTONS | {
        "action": {"buttons": [{"type": "reply", "reply": {"id": i, "title": t}} for i, t in replies]}
    }


def rows(count, sections=1):
    made = [
        {"title": "s", "rows": [{"id": f"{s}-{n}", "title": "t"} for n in range(count)]}
        for s in range(sections)
    ]
    return LIST | {"action": {"button": "b", "sections": made}}


def action(kind, **keys):
    return {"type": kind, "body": {"text": "b"}, "action": keys}


def flow(**parameters):
    given = {"flow_message_version": "3", "flow_cta": "x" * 20}
    return action("flow", name="flow", parameters=given | parameters)


def products(count, sections=1, **keys):
    """A list with so many products in each section."""
    items = [{"product_retailer_id": f"loaf-{n}"} for n in range(count)]
    made = [{"title": f"s{n}", "product_items": items} for n in range(sections)]
    part = action("product_list", catalog_id="1", sections=made)
    return part | {"header": {"type": "text", "text": "h"}} | keys


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("text", {"body": "🙂" * 2048}),
        ("image", {"link": "https://example.com/a.png", "caption": "x" * 1024}),
        ("sticker", {"id": "1"}),
        ("location", {"latitude": "-90", "longitude": 180}),
        ("contacts", [{"name": {"formatted_name": "A"}}] * 257),
        ("reaction", {"message_id": "w", "emoji": ""}),
        ("interactive", buttons(("1", "x" * 20), ("2", "b"), ("3", "c"))),
        ("interactive", rows(10)),
        ("interactive", rows(5, 2)),
        ("interactive", LIST | {"body": {"text": "x" * 4096}}),
        ("interactive", action("location_request_message", name="send_location")),
        ("interactive", {"type": "product", "action": {"catalog_id": "1", "product_retailer_id": "2"}}),
        ("interactive", action("catalog_message", name="catalog_message")),
        ("interactive", {"type": "call_permission_request", "action": {"name": "call_permission_request"}}),
        (
            "interactive",
            action(
                "flow",
                name="flow",
                parameters={"flow_message_version": "3", "flow_id": "1", "flow_cta": "Go"},
            ),
        ),
        ("interactive", flow(flow_name="booking", mode="draft", flow_token="t")),
        ("interactive", flow(flow_id="1", flow_action="data_exchange")),
        (
            "interactive",
            flow(flow_id="1", flow_action_payload={"screen": "WELCOME", "data": {"name": "Asha"}}),
        ),
        ("interactive", products(10, 3)),
        ("interactive", products(30)),
        ("template", {"name": "a_1", "language": {"code": "fil"}}),
    ],
)
def test_what_just_fits_can_be_sent(kind, part):
    assert validate(kind, part) == {}


@pytest.mark.parametrize(
    ("kind", "part", "field"),
    [
        ("poll", {}, "message_type"),
        ("system", {}, "message_type"),
        ("text", "hello", "text"),
        ("text", None, "text"),
        ("text", {"body": " \n"}, "text.body"),
        ("text", {"body": "x" * 4097}, "text.body"),
        ("text", {"body": "🙂" * 2049}, "text.body"),
        ("text", {"body": "x", "preview_url": "yes"}, "text.preview_url"),
        ("image", {}, "image"),
        ("image", {"id": "1", "link": "https://example.com"}, "image"),
        ("image", {"id": " "}, "image.id"),
        ("image", {"link": "file:///etc/passwd"}, "image.link"),
        ("image", {"link": "https://[bad"}, "image.link"),
        ("image", {"id": "1", "caption": "x" * 1025}, "image.caption"),
        ("image", {"id": "1", "filename": "a"}, "image.filename"),
        ("audio", {"id": "1", "caption": "x"}, "audio.caption"),
        ("video", {"id": "1", "voice": True}, "video.voice"),
        ("location", {"latitude": 91, "longitude": 0}, "location.latitude"),
        ("location", {"latitude": 0, "longitude": "east"}, "location.longitude"),
        ("location", {"latitude": "nan", "longitude": 0}, "location.latitude"),
        ("contacts", [], "contacts"),
        ("contacts", [{"name": {}}], "contacts.0.name.formatted_name"),
        ("contacts", [{"name": {"formatted_name": "A"}, "phones": [{}]}], "contacts.0.phones.0.phone"),
        ("reaction", {"emoji": "👍"}, "reaction.message_id"),
        ("reaction", {"message_id": "w"}, "reaction.emoji"),
        ("interactive", {"type": "poll"}, "interactive.type"),
        ("interactive", {"type": ["button"]}, "interactive.type"),
        ("interactive", buttons(), "interactive.action.buttons"),
        ("interactive", buttons(*[(str(n), str(n)) for n in range(4)]), "interactive.action.buttons"),
        ("interactive", buttons(("1", "a"), ("1", "b")), "interactive.action.buttons"),
        ("interactive", buttons(("1", "a"), ("2", "a")), "interactive.action.buttons"),
        ("interactive", buttons(("1", "x" * 21)), "interactive.action.buttons.0.reply.title"),
        ("interactive", BUTTONS | {"body": {"text": "x" * 1025}}, "interactive.body.text"),
        ("interactive", BUTTONS | {"footer": {"text": "x" * 61}}, "interactive.footer.text"),
        ("interactive", BUTTONS | {"header": {"type": "text", "text": "x" * 61}}, "interactive.header.text"),
        ("interactive", BUTTONS | {"header": {"type": "image", "image": {}}}, "interactive.header.image"),
        ("interactive", LIST | {"header": {"type": "image"}}, "interactive.header.type"),
        ("interactive", rows(11), "interactive.action.sections.0.rows"),
        ("interactive", rows(6, 2), "interactive.action.sections"),
        ("interactive", LINK | {"action": {"name": "cta_url"}}, "interactive.action.parameters"),
        ("interactive", action("request_contact_info", name="x"), "interactive.action.name"),
        ("interactive", BUTTONS | {"action": None}, "interactive.action"),
        ("interactive", flow(), "interactive.action.parameters"),
        ("interactive", flow(flow_id="1", flow_name="b"), "interactive.action.parameters"),
        *(
            ("interactive", flow(flow_id="1") | {"action": changed}, f"interactive.action.{field}")
            for changed, field in (
                ({"name": "x", "parameters": {}}, "name"),
                ({"name": "flow"}, "parameters"),
            )
        ),
        *(
            ("interactive", flow(**({"flow_id": "1"} | wrong)), f"interactive.action.parameters.{field}")
            for wrong, field in (
                ({"flow_message_version": "2"}, "flow_message_version"),
                ({"flow_cta": "x" * 21}, "flow_cta"),
                ({"flow_cta": " "}, "flow_cta"),
                ({"flow_id": "1" * 257}, "flow_id"),
                ({"flow_action": "open"}, "flow_action"),
                ({"mode": "test"}, "mode"),
                ({"flow_action_payload": []}, "flow_action_payload.screen"),
                ({"flow_action_payload": {"data": {"a": 1}}}, "flow_action_payload.screen"),
                ({"flow_action_payload": {"screen": "A", "data": {}}}, "flow_action_payload.data"),
                ({"flow_action_payload": {"screen": "A", "data": "x"}}, "flow_action_payload.data"),
                (
                    {"flow_action": "data_exchange", "flow_action_payload": {"screen": "A"}},
                    "flow_action_payload",
                ),
            )
        ),
        (
            "interactive",
            {"type": "product", "action": {"catalog_id": "1"}},
            "interactive.action.product_retailer_id",
        ),
        (
            "interactive",
            {"type": "product", "action": {"product_retailer_id": "2"}},
            "interactive.action.catalog_id",
        ),
        (
            "interactive",
            {
                "type": "product",
                "header": {"type": "text", "text": "h"},
                "action": {"catalog_id": "1", "product_retailer_id": "2"},
            },
            "interactive.header",
        ),
        ("interactive", products(1, header=None), "interactive.header"),
        (
            "interactive",
            products(1, header={"type": "image", "image": {"id": "1"}}),
            "interactive.header.type",
        ),
        ("interactive", products(1, body={"text": "x" * 1025}), "interactive.body.text"),
        ("interactive", products(0), "interactive.action.sections.0.product_items"),
        ("interactive", products(31), "interactive.action.sections.0.product_items"),
        ("interactive", products(16, 2), "interactive.action.sections"),
        ("interactive", products(1, 11), "interactive.action.sections"),
        (
            "interactive",
            action(
                "catalog_message",
                name="catalog_message",
                parameters={"thumbnail_product_retailer_id": "x" * 257},
            ),
            "interactive.action.parameters.thumbnail_product_retailer_id",
        ),
        ("interactive", action("catalog_message"), "interactive.action.name"),
        ("interactive", {"type": "call_permission_request", "action": {}}, "interactive.action.name"),
        ("template", {"name": "Order", "language": {"code": "en"}}, "template.name"),
        ("template", {"name": "order", "language": "en"}, "template.language.code"),
        ("template", TEMPLATE | {"components": {}}, "template.components"),
        ("template", TEMPLATE | {"components": [{"type": "x"}]}, "template.components.0.type"),
        ("template", TEMPLATE | {"components": [{"type": "button"}]}, "template.components.0.index"),
        (
            "template",
            TEMPLATE | {"components": [{"type": "BUTTON", "index": "12"}]},
            "template.components.0.index",
        ),
    ],
)
def test_what_meta_would_refuse_is_an_error_of_its_field(kind, part, field):
    errors = validate(kind, part)
    assert field in errors
    assert all(sentence.endswith((".", ")")) for sentences in errors.values() for sentence in sentences)


@given(st.sampled_from(sorted({request["type"] for request in SENT.values()} | {"video", "sticker"})), ODD)
def test_no_part_makes_validation_raise(kind, part):
    validate(kind, part)
    validate(
        kind, {"type": part, "body": part, "name": part, "components": [part], "action": part, "id": part}
    )
    validate(
        "interactive", {"type": "list", "action": {"sections": [part, {"rows": [part]}], "button": part}}
    )

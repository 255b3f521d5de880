"""Templates: read from Meta, kept by webhooks, listed, and checked before a send is queued."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livechat.templates.schemas import TemplatesSchema
from tests.factories import make_account
from tests.kinds.conftest import ASHA, ASHA_ID, Inbox

ORDER = [
    {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://e.com/a.png"}}]},
    {"type": "body", "parameters": [{"type": "text", "text": "Asha"}, {"type": "text", "text": "1043"}]},
    {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "1043"}]},
]


def template(name: str, components: Any = None, language: str = "en_US") -> dict[str, Any]:
    part: dict[str, Any] = {"name": name, "language": {"code": language}}
    return {"message_type": "template", "template": part | ({"components": components} if components else {})}


def listed(inbox: Inbox, **query: Any) -> dict[str, Any]:
    answer = inbox.call("GET", "/templates", query_string={"phone_number_id": inbox.number, **query})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def names(inbox: Inbox, **query: Any) -> list[str]:
    return [each["name"] for each in listed(inbox, **query)["templates"]]


def status_of(inbox: Inbox, name: str) -> Any:
    [row] = inbox.rows("SELECT * FROM message_templates WHERE name = :name", name=name)
    return row


def test_they_are_read_page_by_page_and_what_vanished_is_marked(inbox: Inbox) -> None:
    assert listed(inbox) == {"templates": [], "synced_at": None}
    for n in range(95):
        inbox.box.call("PUT", f"/templates/bulk_{n:03}", {})
    assert inbox.sync() == 106
    assert len(inbox.box.requests(endpoint="templates")) == 2
    assert listed(inbox)["synced_at"] is not None
    assert inbox.sync() is None, "not due again for hours"
    inbox.box.graph("DELETE", f"{inbox.waba_id}/message_templates?name=bulk_007")
    assert inbox.call("POST", "/templates/sync", json={"phone_number_id": inbox.number}).status_code == 202
    inbox.execute("UPDATE waba_accounts SET templates_due_at = now()")
    assert inbox.sync() == 105
    assert "bulk_007" not in names(inbox)
    assert status_of(inbox, "bulk_007")["status"] == "DELETED"
    assert names(inbox, status="DELETED") == ["bulk_007"]


def test_the_list_is_filtered_and_says_what_each_takes(inbox: Inbox) -> None:
    inbox.sync()
    shown = listed(inbox)
    assert TemplatesSchema().validate(shown) == {}
    assert {each["status"] for each in shown["templates"]} == {"APPROVED"}
    assert names(inbox) == sorted(names(inbox))
    assert names(inbox, search="YOUR ORDER NUMBER") == ["order_confirmation"]
    assert names(inbox, search="order_c") == ["order_confirmation"]
    assert names(inbox, search="%") == []
    assert names(inbox, category="MARKETING", language="en") == ["sunday_offer"]
    assert names(inbox, status="PAUSED") == ["loyalty_card"]
    assert set(names(inbox, status="ALL")) > set(names(inbox))
    [order] = listed(inbox, search="order_confirmation")["templates"]
    assert [
        (each["key"], each["kind"], each["example"], each["required"]) for each in order["parameters"]
    ] == [
        ("header.0", "image", "4::aW1hZ2UvanBlZw==:sample", True),
        ("body.0", "text", "Asha", True),
        ("body.1", "text", "1043", True),
        ("button.0", "payload", None, False),
        ("button.1", "url_suffix", "https://www.example.com/track/1043", True),
    ]
    assert (order["quality"], order["parameter_format"]) == ("GREEN", "POSITIONAL")
    assert order["components"][1]["text"].startswith("Thank you, {{1}}!")


def test_a_query_that_makes_no_sense_is_named(inbox: Inbox) -> None:
    for wrong in ({"status": "lost"}, {"category": "utility"}, {"search": ""}, {"language": "x" * 17}):
        answer = inbox.call("GET", "/templates", query_string={"phone_number_id": inbox.number, **wrong})
        assert (answer.status_code, list(answer.json["errors"])) == (422, list(wrong))
    assert inbox.call("GET", "/templates").status_code == 422


def test_another_owners_number_has_no_templates(inbox: Inbox, auth: Any, client: Any) -> None:
    make_account(inbox.session, stranger := uuid4())
    inbox.session.commit()
    query = {"phone_number_id": inbox.number}
    for method, path, options in (
        ("GET", "/templates", {"query_string": query}),
        ("POST", "/templates/sync", {"json": query}),
    ):
        answer = client.open(f"/api/live-chat{path}", method=method, headers=auth(stranger), **options)
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_an_expired_cursor_starts_over(inbox: Inbox) -> None:
    inbox.box.fault("error", code=131059, times=2, match={"endpoint": "templates"})
    assert inbox.sync() == 11
    assert len(inbox.box.requests(endpoint="templates")) == 3


@pytest.mark.parametrize(("code", "wait_s"), [(80007, 900), (4, 900), (190, 60)])
def test_a_refusal_backs_off_and_deletes_nothing(inbox: Inbox, code: int, wait_s: int) -> None:
    inbox.sync()
    inbox.execute("UPDATE waba_accounts SET templates_due_at = now()")
    more = {"retry_after": wait_s} if wait_s > 60 else {}
    inbox.box.fault("error", code=code, times=1, match={"endpoint": "templates"}, **more)
    assert inbox.sync() is None
    [row] = inbox.rows(
        "SELECT templates_failures AS failures, extract(epoch FROM templates_due_at - now()) AS wait "
        "FROM waba_accounts"
    )
    assert row["failures"] == 1
    assert 0.9 * wait_s < row["wait"] <= wait_s
    assert len(names(inbox)) == 9
    # An impatient finger does not shorten the wait that Meta asked for.
    inbox.call("POST", "/templates/sync", json={"phone_number_id": inbox.number})
    assert inbox.sync() is None
    assert len(inbox.box.requests(endpoint="templates")) == 2


def test_wishes_at_once_are_one_reading_and_one_during_it_is_another(inbox: Inbox) -> None:
    for _ in range(5):
        inbox.call("POST", "/templates/sync", json={"phone_number_id": inbox.number})
    assert len(inbox.tasks("maintenance.sync_templates")) == 5
    assert inbox.sync() == 11
    assert [inbox.sync() for _ in range(4)] == [None] * 4
    inbox.execute("UPDATE waba_accounts SET templates_synced_at = now() - interval '1 hour'")
    inbox.call("POST", "/templates/sync", json={"phone_number_id": inbox.number})
    assert inbox.sync() == 11


# Webhooks


def test_webhooks_change_status_quality_and_category_at_once(inbox: Inbox) -> None:
    inbox.sync()
    inbox.hears("template_status", name="order_confirmation", event="PAUSED")
    assert status_of(inbox, "order_confirmation")["status"] == "PAUSED"
    assert "order_confirmation" not in names(inbox)
    inbox.hears("template_status", name="order_confirmation", event="REINSTATED")
    inbox.hears("template_quality", name="order_confirmation", score="RED")
    inbox.hears("template_category", name="order_confirmation", new_category="MARKETING")
    row = status_of(inbox, "order_confirmation")
    assert (row["status"], row["quality"], row["category"]) == ("APPROVED", "RED", "MARKETING")
    inbox.hears("template_category_advice", name="order_confirmation", correct_category="UTILITY")
    assert status_of(inbox, "order_confirmation")["category"] == "MARKETING", "advice is no change yet"
    inbox.hears("template_status", name="order_confirmation", event="REJECTED", reason="INVALID_FORMAT")
    assert status_of(inbox, "order_confirmation")["rejected_reason"] == "INVALID_FORMAT"


def test_a_quality_body_under_the_status_fields_name_and_a_dashed_language(inbox: Inbox) -> None:
    inbox.sync()
    value = {
        "previous_quality_score": "GREEN",
        "new_quality_score": "YELLOW",
        "message_template_id": 1689556908129832,
        "message_template_name": "order_confirmation",
        "message_template_language": "en-US",
    }
    inbox.hears("field", field="message_template_status_update", value=value)
    row = status_of(inbox, "order_confirmation")
    assert (row["quality"], row["status"]) == ("YELLOW", "APPROVED")


def test_new_texts_come_with_the_list(inbox: Inbox) -> None:
    inbox.sync()
    inbox.hears("template_components", name="sunday_offer", text="This Sunday: buns.")
    assert inbox.tasks("maintenance.sync_templates")
    inbox.execute("UPDATE waba_accounts SET templates_due_at = now()")
    inbox.sync()
    assert status_of(inbox, "sunday_offer")["components"][0]["text"] == "This Sunday: buns."


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations([("PAUSED", 10), ("APPROVED", 20), ("PENDING", 5), ("DISABLED", 30)]))
def test_in_any_order_the_newest_status_stands(inbox: Inbox, order: list[tuple[str, int]]) -> None:
    from datetime import timedelta

    from livechat.domain.clock import now
    from livechat.numbers.apply_news import apply_account_news
    from livechat.whatsapp.webhook.items import AccountNews, Source

    inbox.execute("DELETE FROM message_templates")
    inbox.execute("UPDATE waba_accounts SET templates_due_at = now()")
    inbox.sync()
    began = now()
    for event, after in order:
        value = {
            "event": event,
            "message_template_name": "order_confirmation",
            "message_template_language": "en_US",
        }
        source = Source(0, "message_template_status_update", inbox.waba_id, None)
        at = began + timedelta(seconds=after)
        apply_account_news(inbox.session, [(AccountNews(source, at, value), at)])
        inbox.session.commit()
    assert status_of(inbox, "order_confirmation")["status"] == "DISABLED"
    # The list was read before that happened, so it does not undo it.
    inbox.execute("UPDATE waba_accounts SET templates_due_at = now()")
    inbox.sync()
    assert status_of(inbox, "order_confirmation")["status"] == "DISABLED"


# Sending


def test_what_was_sent_is_kept_as_the_customer_saw_it(inbox: Inbox) -> None:
    inbox.sync()
    message = inbox.accepted(to=ASHA, **template("order_confirmation", ORDER))
    assert message["text"] == "Thank you, Asha! Your order number is 1043. We bake it today."
    assert message["content"]["rendered"] == {
        "header": {"type": "image", "image": {"link": "https://e.com/a.png"}},
        "body": message["text"],
        "footer": None,
        "buttons": [
            {"type": "quick_reply", "text": "Contact support", "payload": None},
            {"type": "url", "text": "Track order", "url": "https://www.example.com/track/1043"},
        ],
    }
    inbox.deliver(message["conversation_id"])
    [taken] = inbox.box.messages()
    assert taken["body"]["template"] == template("order_confirmation", ORDER)["template"]


def body(*values: str) -> dict[str, Any]:
    return {"type": "body", "parameters": [{"type": "text", "text": value} for value in values]}


PLACE = {"latitude": "18.5", "longitude": "73.8", "name": "Bakery", "address": "MG Road"}


TAKEN = [
    template("hello_world"),
    template("hello_world", language="en_US"),
    template(
        "reservation_confirmation",
        [
            {
                "type": "body",
                "parameters": [
                    {"type": "text", "parameter_name": "day", "text": "Sunday"},
                    {"type": "text", "parameter_name": "number_of_guests", "text": "4"},
                ],
            }
        ],
    ),
    template(
        "birthday_coupon",
        [
            {"type": "header", "parameters": [{"type": "text", "text": "Asha"}]},
            body("25 %", "Friday"),
            {
                "type": "button",
                "sub_type": "copy_code",
                "index": 0,
                "parameters": [{"type": "coupon_code", "coupon_code": "CAKE25"}],
            },
        ],
    ),
    template(
        "invoice_ready",
        [
            {
                "type": "header",
                "parameters": [
                    {"type": "document", "document": {"link": "https://e.com/i.pdf", "filename": "i.pdf"}}
                ],
            },
            body("Asha"),
        ],
    ),
    template(
        "pickup_point",
        [{"type": "header", "parameters": [{"type": "location", "location": PLACE}]}, body("18:00")],
    ),
    template(
        "login_code",
        [
            body("123456"),
            {
                "type": "button",
                "sub_type": "url",
                "index": "0",
                "parameters": [{"type": "text", "text": "123456"}],
            },
        ],
    ),
]


def test_what_is_taken_here_is_taken_by_meta(inbox: Inbox) -> None:
    inbox.sync()
    for part in TAKEN:
        message = inbox.accepted(to=ASHA, **part)
    inbox.deliver(message["conversation_id"])
    rows = inbox.rows("SELECT status, error FROM chat_messages ORDER BY seq")
    assert rows == [{"status": "sent", "error": None}] * len(TAKEN)


REFUSED = [
    (template("nobody_made_this"), "template.name"),
    (template("order_confirmation", ORDER, "de"), "template.name"),
    (template("loyalty_card"), "template.name"),
    (template("abandoned_cart", [body("a", "b")]), "template.name"),
    (template("order_confirmation"), "template.components"),
    (template("order_confirmation", [ORDER[0], body("a"), ORDER[2]]), "template.components.1.parameters"),
    (
        template("order_confirmation", [ORDER[0], body("a\nb", "c"), ORDER[2]]),
        "template.components.1.parameters.0.text",
    ),
    (template("hello_world", [body("a")]), "template.components.0.parameters"),
]


def test_what_does_not_fit_is_refused_before_it_is_queued(inbox: Inbox) -> None:
    inbox.sync()
    for part, field in REFUSED:
        answer = inbox.send(to=ASHA, **part)
        assert (answer.status_code, answer.json["code"]) == (422, "validation_failed")
        assert list(answer.json["errors"]) == [field]
    assert inbox.rows("SELECT id FROM chat_conversations") == []
    assert inbox.box.messages() == []


def test_before_the_first_reading_the_shape_decides_and_the_reading_is_asked_for(inbox: Inbox) -> None:
    message = inbox.accepted(to=ASHA, **template("hello_world"))
    assert (message["text"], "rendered" in message["content"]) == (None, False)
    assert inbox.tasks("maintenance.sync_templates") == [{"account_id": str(inbox.account_id)}]


def test_a_refusal_by_meta_has_the_templates_read_again(inbox: Inbox) -> None:
    inbox.sync()
    message = inbox.accepted(to=ASHA, **template("hello_world"))
    inbox.box.call("PUT", "/templates/hello_world", {"status": "PAUSED"})
    inbox.execute("UPDATE waba_accounts SET templates_synced_at = now() - interval '1 hour'")
    inbox.deliver(message["conversation_id"])
    [row] = inbox.rows("SELECT status, error FROM chat_messages")
    assert (row["status"], row["error"]["code"]) == ("failed", 132015)
    assert inbox.sync() == 11
    assert "hello_world" not in names(inbox)


def test_marketing_is_not_sent_to_who_stopped_it(inbox: Inbox) -> None:
    inbox.sync()
    inbox.conversation()
    inbox.hears("user_preference", customer=ASHA, value="stop")
    [shown] = inbox.call("GET", "/conversations", query_string={"phone_number_id": inbox.number}).json[
        "conversations"
    ]
    assert shown["marketing_opt_out"] is True
    answer = inbox.send(to=ASHA, **template("sunday_offer", language="en"))
    assert (answer.status_code, answer.json["code"]) == (409, "marketing_stopped")
    inbox.accepted(to=ASHA, **template("hello_world"))
    # A second later: of two preferences the newest stands.
    inbox.execute("UPDATE chat_conversations SET marketing_opt_at = marketing_opt_at - interval '9 seconds'")
    inbox.hears("user_preference", customer=ASHA, value="resume")
    inbox.accepted(to=ASHA, **template("sunday_offer", language="en"))


def test_an_opt_out_is_learnt_from_metas_refusal(inbox: Inbox) -> None:
    inbox.sync()
    message = inbox.accepted(to=ASHA, **template("sunday_offer", language="en"))
    inbox.box.fault("error", code=131050, times=1, match={"endpoint": "messages"})
    inbox.deliver(message["conversation_id"])
    shown = inbox.call("GET", f"/conversations/{message['conversation_id']}").json
    assert shown["marketing_opt_out"] is True


def test_an_authentication_template_needs_a_phone_number(inbox: Inbox) -> None:
    inbox.sync()
    conversation = inbox.conversation(customer_phone=None, customer_user_id=ASHA_ID)
    button = {
        "type": "button",
        "sub_type": "url",
        "index": "0",
        "parameters": [{"type": "text", "text": "1"}],
    }
    answer = inbox.send(conversation_id=str(conversation.id), **template("login_code", [body("1"), button]))
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["template.name"]
    inbox.accepted(conversation_id=str(conversation.id), **template("hello_world"))


def test_a_restriction_stops_what_it_names_and_nothing_else(inbox: Inbox) -> None:
    inbox.sync()
    restriction = {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 4_000_000_000}
    inbox.hears("account_update", event="ACCOUNT_RESTRICTION", detail={"restriction_info": [restriction]})
    answer = inbox.send(to="919820012345", **template("hello_world"))
    assert (answer.status_code, answer.json["code"]) == (409, "messaging_restricted")
    inbox.conversation()
    inbox.accepted(to=ASHA, **template("hello_world"))
    inbox.accepted(to=ASHA, message="Hello")
    assert inbox.shown_number()["status"] == "connected"
    # Direct Send is another way of sending: what is chosen here is not concerned.
    direct = restriction | {"restriction_type": "RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES"}
    inbox.hears("account_update", event="ACCOUNT_RESTRICTION", detail={"restriction_info": [direct]})
    inbox.accepted(to=ASHA, **template("hello_world"))
    utility = restriction | {"restriction_type": "RESTRICTED_UTILITY_TEMPLATES"}
    inbox.hears("account_update", event="ACCOUNT_RESTRICTION", detail={"restriction_info": [utility]})
    answer = inbox.send(to=ASHA, **template("hello_world"))
    assert (answer.status_code, answer.json["code"]) == (409, "messaging_restricted")
    inbox.accepted(to=ASHA, **template("sunday_offer", language="en"))

"""News about the number and its account: told in one sentence, stopping and letting go what they should."""

import json
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from livechat.accounts.pause import pause_number, resume_number
from livechat.domain.clock import now
from livechat.models import WabaAccount
from livechat.numbers.apply_news import apply_account_news
from livechat.numbers.refresh_number import refresh_number, sweep_numbers
from livechat.whatsapp.webhook.items import AccountNews, Source
from tests.conftest import ENCRYPTION_KEY
from tests.factories import make_number
from tests.kinds.conftest import ASHA, Inbox

CUSTOMERS = "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"


@pytest.mark.parametrize(
    ("kind", "command", "notices", "paused"),
    [
        ("account_update", {"event": "DISABLED_UPDATE"}, [("account_disabled", "critical")], 131031),
        (
            "account_update",
            {"event": "DISABLED_UPDATE", "state": "SCHEDULE_FOR_DISABLE"},
            [("account_disable_scheduled", "critical")],
            None,
        ),
        ("account_update", {"event": "ACCOUNT_DELETED"}, [("account_deleted", "critical")], 33),
        ("account_update", {"event": "ACCOUNT_OFFBOARDED"}, [("account_offboarded", "critical")], 133010),
        ("account_update", {"event": "PARTNER_REMOVED"}, [("partner_removed", "critical")], 200),
        ("account_update", {"event": "ACCOUNT_VIOLATION"}, [("account_violation", "warning")], None),
        (
            "account_update",
            {},
            [
                ("restricted_biz_initiated_messaging", "critical"),
                ("restricted_customer_initiated_messaging", "critical"),
            ],
            368,
        ),
        ("account_update", {"event": "AD_ACCOUNT_LINKED", "detail": {"waba_info": {}}}, [], None),
        (
            "account_alert",
            {"severity": "CRITICAL", "alert_type": "OBA_APPROVED"},
            [("alert_oba_approved", "critical")],
            None,
        ),
        ("account_review", {"decision": "REJECTED"}, [("account_review", "critical")], None),
        ("number_quality", {"event": "FLAGGED"}, [("quality_flagged", "warning")], None),
        ("number_quality", {"event": "DOWNGRADE"}, [("limit_lowered", "warning")], None),
        ("number_name", {"decision": "REJECTED"}, [("name_rejected", "warning")], None),
        ("security", {"event": "PIN_RESET_REQUEST"}, [("security_pin_reset_request", "critical")], None),
        ("username", {}, [("business_username", "info")], None),
        ("errors", {"code": 130429}, [("error_130429", "warning")], None),
        ("errors", {"code": 131042}, [], 131042),
        ("history", {"code": 2593109}, [("history_declined", "info")], None),
    ],
)
def test_agents_are_told_and_sends_stop_where_they_must(
    inbox: Inbox, kind: str, command: dict[str, Any], notices: list[tuple[str, str]], paused: int | None
) -> None:
    inbox.hears(kind, **command)
    shown = inbox.shown_number()
    told = [each for each in shown["notices"] if each["code"] != "paused"]
    assert [(each["code"], each["severity"]) for each in told] == notices
    assert all(each["detail"].endswith(".") and each["since"] for each in told)
    [row] = inbox.rows("SELECT status, paused_code FROM phone_numbers")
    assert row == {"status": "paused" if paused else "connected", "paused_code": paused}
    assert (shown["notices"][0]["code"] == "paused") is bool(paused) if shown["notices"] else not paused
    if notices or paused:
        # Open pages are told to look again.
        assert inbox.redis.keys("livechat:events:*")


@pytest.mark.parametrize(
    ("trouble", "end"),
    [
        ({"event": "DISABLED_UPDATE"}, {"event": "DISABLED_UPDATE", "state": "REINSTATE"}),
        ({"event": "ACCOUNT_OFFBOARDED"}, {"event": "ACCOUNT_RECONNECTED"}),
        ({"event": "PARTNER_REMOVED"}, {"event": "PARTNER_ADDED"}),
    ],
)
def test_what_ends_lets_sends_go_on_and_comes_again(
    inbox: Inbox, trouble: dict[str, str], end: dict[str, str]
) -> None:
    conversation = inbox.conversation()
    inbox.box.customer_writes(ASHA, "Hi")
    inbox.hears("account_update", **trouble)
    inbox.accepted(conversation_id=str(conversation.id), message="Hello")
    inbox.deliver(conversation.id)
    assert inbox.box.messages() == []
    for table in ("account_notices", "account_events"):
        inbox.execute(f"UPDATE {table} SET happened_at = happened_at - interval '5 seconds'")
    inbox.hears("account_update", **end)
    assert (inbox.notices(), inbox.shown_number()["status"]) == ([], "connected")
    inbox.deliver(conversation.id)
    assert len(inbox.box.messages()) == 1


def at(inbox: Inbox, value: dict[str, Any], after_s: int, field: str = "account_update") -> None:
    moment = now() + timedelta(seconds=after_s)
    item = AccountNews(Source(0, field, inbox.waba_id, None), moment, value)
    apply_account_news(inbox.session, [(item, moment)])
    inbox.session.commit()


def test_in_any_order_the_newest_word_stands(inbox: Inbox) -> None:
    news = [
        ({"event": "ACCOUNT_OFFBOARDED"}, 10),
        ({"event": "ACCOUNT_RECONNECTED"}, 20),
        ({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}}, 30),
        ({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}, 40),
    ]
    for order in permutations(news):
        inbox.execute("DELETE FROM account_notices")
        for value, after_s in order:
            at(inbox, value, after_s)
        assert (inbox.notices(), inbox.shown_number()["status"]) == ([], "connected"), order


def test_the_same_event_at_another_time_is_another_event(inbox: Inbox) -> None:
    event = {"event": "ACCOUNT_OFFBOARDED"}
    entry = {"id": inbox.waba_id, "changes": [{"field": "account_update", "value": event}]}
    for seconds in (1795345810, 1795345810, 1795349999):
        body = {"object": "whatsapp_business_account", "entry": [entry | {"time": seconds}]}
        assert inbox.box.raw_webhook(json.dumps(body))["status"] == 200
    assert inbox.ingest().outcomes == {("stored", ""): 2, ("duplicate", ""): 1}


def test_numbers_of_other_accounts_hear_nothing(inbox: Inbox) -> None:
    moment = now()
    for waba_id, digits in (("1", None), (inbox.waba_id, "911111111111")):
        value = {
            "event": "FLAGGED",
            "current_limit": "TIER_50",
            "display_phone_number": digits or "917755991053",
        }
        item = AccountNews(Source(0, "phone_number_quality_update", waba_id, None), moment, value)
        apply_account_news(inbox.session, [(item, moment)])
        inbox.session.commit()
    assert inbox.notices() == []
    assert inbox.shown_number()["messaging_limit"] is None


def test_a_notice_ends_by_itself_and_so_does_a_restriction(inbox: Inbox) -> None:
    soon = int(now().timestamp()) + 3600
    restriction = [{"restriction_type": CUSTOMERS, "expiration": soon}]
    at(inbox, {"event": "ACCOUNT_RESTRICTION", "restriction_info": restriction}, 0)
    assert inbox.shown_number()["status"] == "paused"
    assert sweep_numbers(inbox.session, 10) == 1
    assert inbox.shown_number()["status"] == "paused"
    inbox.execute("UPDATE account_notices SET until = now() - interval '1 second'")
    sweep_numbers(inbox.session, 10)
    assert (inbox.notices(), inbox.shown_number()["status"]) == ([], "connected")


def test_facts_about_the_number(inbox: Inbox) -> None:
    inbox.hears("number_quality")
    shown = inbox.shown_number()
    assert (shown["throughput"], shown["messaging_limit"]) == ("HIGH", "TIER_UNLIMITED")
    inbox.hears("capability")
    assert inbox.shown_number()["messaging_limit"] == "TIER_2K"
    inbox.hears("number_name", name="The New Bakery")
    assert inbox.shown_number()["verified_name"] == "The New Bakery"


def refreshed(inbox: Inbox) -> bool:
    done = refresh_number(inbox.session, inbox.sender.graph, (ENCRYPTION_KEY,), inbox.number)
    inbox.session.rollback()
    return done


def test_meta_is_asked_about_the_number_and_what_it_does_not_say_stays(inbox: Inbox) -> None:
    inbox.box.add_number(
        phone_number_id=inbox.number,
        quality_rating="RED",
        throughput_level="HIGH",
        messaging_limit="TIER_10K",
        verified_name="Renamed",
    )
    assert refreshed(inbox)
    shown = inbox.shown_number()
    assert (shown["quality_rating"], shown["throughput"], shown["messaging_limit"]) == (
        "RED",
        "HIGH",
        "TIER_10K",
    )
    assert shown["verified_name"] == "Renamed"
    assert inbox.notices() == [("quality_low", "warning")]
    assert not refreshed(inbox), "not due again for hours"
    inbox.hears("number_quality", event="UNFLAGGED")
    assert {"phone_number_id": inbox.number} in inbox.tasks("maintenance.refresh_number")
    assert refreshed(inbox)
    assert inbox.shown_number()["quality_rating"] == "GREEN"


def test_trouble_with_the_token_is_found_without_a_send(inbox: Inbox) -> None:
    inbox.box.token(inbox.box.access_token, "expired")
    assert not refreshed(inbox)
    [paused] = [each for each in inbox.shown_number()["notices"] if each["code"] == "paused"]
    assert (paused["severity"], paused["since"] is not None) == ("critical", True)
    inbox.box.token(inbox.box.access_token, "valid")


def neighbour_of(inbox: Inbox) -> str:
    number = make_number(
        inbox.session,
        inbox.session.get_one(WabaAccount, inbox.account_id),
        display_phone_number="+91 77559 91099",
        display_digits="917755991099",
    )
    inbox.session.commit()
    return number.phone_number_id


def shown_of(inbox: Inbox, number: str) -> Any:
    shown = inbox.call("GET", "/phone-numbers").json["phone_numbers"]
    return next(each for each in shown if each["phone_number_id"] == number)


def paused_codes(inbox: Inbox) -> dict[str, int | None]:
    rows = inbox.rows("SELECT phone_number_id AS id, status, paused_code FROM phone_numbers")
    return {row["id"]: row["paused_code"] if row["status"] == "paused" else None for row in rows}


@pytest.mark.parametrize(
    ("trouble", "end", "code"),
    [
        ({"event": "PARTNER_REMOVED"}, {"event": "PARTNER_ADDED"}, 200),
        ({"event": "ACCOUNT_OFFBOARDED"}, {"event": "ACCOUNT_RECONNECTED"}, 133010),
        (
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}},
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}},
            131031,
        ),
        (
            {"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": CUSTOMERS}]},
            {"event": "ACCOUNT_RESTRICTION", "violation_info": {"violation_type": "SPAM_UNBAN"}},
            368,
        ),
    ],
)
def test_news_that_name_a_number_concern_no_neighbour(
    inbox: Inbox, trouble: dict[str, Any], end: dict[str, Any], code: int
) -> None:
    neighbour, named = neighbour_of(inbox), {"phone_number": "+91 77559 91053"}
    at(inbox, trouble | named, 0)
    assert paused_codes(inbox) == {inbox.number: code, neighbour: None}
    [title] = inbox.rows("SELECT paused_title FROM phone_numbers WHERE status = 'paused'")
    assert title["paused_title"]
    # An older word of the whole account ends nothing; a younger one does.
    at(inbox, end, -60)
    assert paused_codes(inbox)[inbox.number] == code
    at(inbox, end, 60)
    assert paused_codes(inbox) == {inbox.number: None, neighbour: None}
    assert [each for each in shown_of(inbox, inbox.number)["notices"] if each["severity"] != "info"] == []
    # And late news of the number do not bring it back.
    at(inbox, trouble | named, 30)
    assert paused_codes(inbox) == {inbox.number: None, neighbour: None}
    at(inbox, trouble, 90)
    assert paused_codes(inbox) == {inbox.number: code, neighbour: code}
    at(inbox, end | named, 120)
    assert paused_codes(inbox) == {inbox.number: None, neighbour: code}


def test_news_of_a_number_that_nobody_connected_concern_none(inbox: Inbox) -> None:
    for written in ("+49 170 1234567", "nonsense"):
        at(inbox, {"event": "PARTNER_REMOVED", "phone_number": written}, 0)
    assert paused_codes(inbox) == {inbox.number: None}


def test_old_news_of_an_account_do_not_stop_a_number_that_was_resumed_or_connected_since(
    inbox: Inbox,
) -> None:
    at(inbox, {"event": "PARTNER_REMOVED"}, -60)
    assert paused_codes(inbox)[inbox.number] == 200
    assert resume_number(inbox.session, inbox.number)
    inbox.session.commit()
    at(inbox, {"event": "PARTNER_REMOVED"}, -30)
    at(inbox, {"errors": [{"code": 131042, "title": "Payment"}]}, -20, "messages")
    assert paused_codes(inbox)[inbox.number] is None
    at(inbox, {"event": "PARTNER_REMOVED"}, 1)
    assert paused_codes(inbox)[inbox.number] == 200


def test_facts_that_come_late_change_nothing(inbox: Inbox) -> None:
    for tier, after_s in (("TIER_10K", 20), ("TIER_2K", 10)):
        value = {"event": "UPGRADE", "current_limit": tier, "display_phone_number": "917755991053"}
        at(inbox, value, after_s, "phone_number_quality_update")
    assert inbox.shown_number()["messaging_limit"] == "TIER_10K"


def test_an_expired_restriction_lifts_no_pause_that_came_after_it(inbox: Inbox) -> None:
    soon = int(now().timestamp()) + 3600
    restriction = [{"restriction_type": CUSTOMERS, "expiration": soon}]
    at(inbox, {"event": "ACCOUNT_RESTRICTION", "restriction_info": restriction}, -7200)
    inbox.execute("UPDATE account_notices SET until = now() - interval '1 hour'")
    sweep_numbers(inbox.session, 10)
    assert paused_codes(inbox)[inbox.number] is None
    assert pause_number(inbox.session, inbox.number, 368, "Blocked for a violation.")
    inbox.session.commit()
    sweep_numbers(inbox.session, 10)
    assert paused_codes(inbox)[inbox.number] == 368


def test_a_direct_send_restriction_is_shown_lifted_and_keeps_no_template(inbox: Inbox) -> None:
    kind = "RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES"
    at(inbox, {"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": kind}]}, 0)
    assert inbox.notices() == [(kind.lower(), "info")]
    lifted = {"violation_type": "DIRECT_SEND_UTILITY_CATEGORY_ABUSE_UNBAN"}
    at(inbox, {"event": "ACCOUNT_RESTRICTION", "violation_info": lifted}, 5)
    assert inbox.notices() == []

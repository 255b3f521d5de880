"""What news mean, whatever shape they have."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livechat.whatsapp.account.account_news import read_news
from livechat.whatsapp.graph.account_calls import messaging_limit
from tests.whatsapp.catalogue import ODD

# A busy machine is no fault of the code.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
AT = datetime(2026, 11, 22, tzinfo=UTC)
KEYS = [
    "event",
    "restriction_info",
    "violation_info",
    "ban_info",
    "waba_info",
    "disconnection_info",
    "alert_info",
    "entity_type",
    "entity_id",
    "decision",
    "requested_verified_name",
    "rejection_reason",
    "current_limit",
    "max_daily_conversations_per_business",
    "errors",
    "max_phone_numbers_per_business",
    "display_phone_number",
    "status",
    "username",
    "message_template_id",
    "reason",
    "message_template_name",
    "message_template_language",
    "new_category",
    "previous_category",
    "new_quality_score",
]
FIELDS = [
    "account_update",
    "account_alerts",
    "account_review_update",
    "business_capability_update",
    "phone_number_quality_update",
    "business_username_updates",
    "phone_number_name_update",
    "security",
    "message_template_status_update",
    "history",
    "messages",
]
EVENTS = st.sampled_from(
    [
        "ACCOUNT_RESTRICTION",
        "DISABLED_UPDATE",
        "PARTNER_REMOVED",
        "ACCOUNT_VIOLATION",
        "FLAGGED",
        "APPROVED",
        "PAUSED",
    ]
)


@UNHURRIED
@given(st.sampled_from(FIELDS), st.dictionaries(st.sampled_from(KEYS), EVENTS | ODD, max_size=6))
def test_no_value_makes_reading_raise(field: str, value: dict[str, Any]) -> None:
    news = read_news(field, value, "1", None, AT)
    assert all(notice.code for notice in news.notices)
    assert all(notice.severity is None or notice.detail for notice in news.notices)


def test_a_body_under_a_wrong_field_or_none_is_understood_by_its_keys() -> None:
    ban = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}
    for field in ("account_alerts", "", "something_new"):
        news = read_news(field, ban, "1", None, AT)
        assert [notice.code for notice in news.notices if notice.severity] == ["account_disabled"]
        assert news.pause is not None


def test_a_partners_news_are_about_the_account_that_they_name() -> None:
    value = {"event": "PARTNER_REMOVED", "waba_info": {"waba_id": "81", "owner_business_id": "5"}}
    assert read_news("account_update", value, "5", None, AT).waba_id == "81"


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        ("TIER_2K", "TIER_2K"),
        (2000, "TIER_2K"),
        (-1, "TIER_UNLIMITED"),
        (777, "TIER_777"),
        ({"tier": "TIER_10K"}, "TIER_10K"),
        ("TIER_NOT_SET", None),
        (None, None),
        (True, None),
    ],
)
def test_a_limit_is_a_tier_however_it_is_written(written: Any, limit: str | None) -> None:
    assert messaging_limit(written) == limit


ONE = {"phone_number": "+91 77559 91053"}
WABA = {"waba_info": {"waba_id": "81", "owner_business_id": "5"}}
DIRECT_SEND = "DIRECT_SEND_UTILITY_CATEGORY_ABUSE_"


def restriction(*kinds: str, **item: Any) -> dict[str, Any]:
    return {
        "event": "ACCOUNT_RESTRICTION",
        "restriction_info": [{"restriction_type": kind, **item} for kind in kinds],
    }


def violation(kind: str) -> dict[str, Any]:
    return {"event": "ACCOUNT_RESTRICTION", "violation_info": {"violation_type": kind}}


# (value, what is shown, what is settled, the code that stops, the code that is over)
EVENTS_OF_ACCOUNTS: list[tuple[dict[str, Any], set[str], set[str], int | None, int | None]] = [
    ({"event": "ACCOUNT_DELETED"}, {"account_deleted"}, set(), 33, None),
    ({"event": "ACCOUNT_OFFBOARDED"}, {"account_offboarded"}, set(), 133010, None),
    ({"event": "ACCOUNT_RECONNECTED"}, set(), {"account_offboarded"}, None, 133010),
    (
        {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ADULT"}},
        {"account_violation"},
        set(),
        None,
        None,
    ),
    (
        {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}},
        {"account_disabled"},
        {"account_disable_scheduled"},
        131031,
        None,
    ),
    (
        {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}},
        {"account_disable_scheduled"},
        set(),
        None,
        None,
    ),
    (
        {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}},
        set(),
        {"account_disabled", "account_disable_scheduled"},
        None,
        131031,
    ),
    ({"event": "PARTNER_REMOVED", **WABA}, {"partner_removed"}, set(), 200, None),
    ({"event": "PARTNER_APP_UNINSTALLED", **WABA}, {"partner_removed"}, set(), 200, None),
    ({"event": "PARTNER_ADDED", **WABA}, set(), {"partner_removed"}, None, 200),
    ({"event": "PARTNER_APP_INSTALLED", **WABA}, set(), {"partner_removed"}, None, 200),
    ({"event": "AD_ACCOUNT_LINKED", **WABA}, set(), set(), None, None),
    ({"event": "MM_LITE_TERMS_SIGNED", **WABA}, set(), set(), None, None),
    (
        {
            "event": "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE",
            "partner_client_certification_info": {"status": "FAILED"},
        },
        set(),
        set(),
        None,
        None,
    ),
    ({"event": "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE"}, set(), set(), None, None),
    ({"event": "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE", "country": "DE"}, set(), set(), None, None),
    ({"event": "VOLUME_BASED_PRICING_TIER_UPDATE"}, set(), set(), None, None),
    ({"event": "VERIFIED_ACCOUNT", **ONE}, set(), set(), None, None),
    ({"event": "SOMETHING_NEW"}, set(), set(), None, None),
    (
        restriction("RESTRICTED_BIZ_INITIATED_MESSAGING"),
        {"restricted_biz_initiated_messaging"},
        set(),
        None,
        None,
    ),
    (
        restriction("RESTRICTED_CUSTOMER_INITIATED_MESSAGING"),
        {"restricted_customer_initiated_messaging"},
        set(),
        368,
        None,
    ),
    (
        restriction("RESTRICTED_CUSTOMER_INITIATED_MESSAGING", expiration=1),
        set(),
        {"restricted_customer_initiated_messaging"},
        None,
        368,
    ),
    (
        restriction("RESTRICTED_ADD_PHONE_NUMBER_ACTION"),
        {"restricted_add_phone_number_action"},
        set(),
        None,
        None,
    ),
    (restriction("RESTRICTED_UTILITY_TEMPLATES"), {"restricted_utility_templates"}, set(), None, None),
    (
        restriction("RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES"),
        {"restricted_direct_send_utility_templates"},
        set(),
        None,
        None,
    ),
    (
        restriction(
            "RESTRICTED_BIZ_INITIATED_AND_USER_INITIATED_CALLING",
            "RESTRICTED_BUSINESS_INITIATED_CALLING",
            "RESTRICTED_USER_INITIATED_CALLING",
            "RESTRICTED_USER_INITIATED_CALLING_CALL_BUTTON_HIDDEN",
        ),
        {
            "restricted_biz_initiated_and_user_initiated_calling",
            "restricted_business_initiated_calling",
            "restricted_user_initiated_calling",
            "restricted_user_initiated_calling_call_button_hidden",
        },
        set(),
        None,
        None,
    ),
    (restriction("RESTRICTED_SOMETHING_NEW"), {"restricted_something_new"}, set(), None, None),
    (violation(f"{DIRECT_SEND}WARN"), {"direct_send_warning"}, set(), None, None),
    (violation("DIRECT_SEND_UTILITY_TEMPLATE_ABUSE"), {"direct_send_warning"}, set(), None, None),
    (
        violation(f"{DIRECT_SEND}STRIKE_1") | restriction("RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES"),
        {"restricted_direct_send_utility_templates"},
        set(),
        None,
        None,
    ),
    (violation(f"{DIRECT_SEND}UNBAN"), set(), {"restricted_direct_send_utility_templates"}, None, None),
    (
        violation(f"{DIRECT_SEND}RATE_LIMIT_RECOVERY"),
        set(),
        {"restricted_direct_send_utility_templates"},
        None,
        None,
    ),
    (violation("UTILITY_CATEGORY_ABUSE_UNBAN"), set(), {"restricted_utility_templates"}, None, None),
    (
        violation("SPAM_UNBAN"),
        set(),
        {
            "restricted_biz_initiated_messaging",
            "restricted_customer_initiated_messaging",
            "restricted_add_phone_number_action",
        },
        None,
        368,
    ),
]


@pytest.mark.parametrize(
    ("value", "shown", "settled", "stops", "over"),
    EVENTS_OF_ACCOUNTS,
    ids=[f"{n}-{row[0]['event']}" for n, row in enumerate(EVENTS_OF_ACCOUNTS)],
)
@pytest.mark.parametrize("one", [{}, ONE], ids=["account", "number"])
def test_every_event_of_an_account_says_what_it_says_and_of_whom(
    value: dict[str, Any],
    shown: set[str],
    settled: set[str],
    stops: int | None,
    over: int | None,
    one: dict[str, str],
) -> None:
    given = value | one
    news = read_news("account_update", given, "81", None, AT)
    assert {notice.code for notice in news.notices if notice.severity} == shown
    assert {notice.code for notice in news.notices if notice.severity is None} == settled
    assert (news.pause.code if news.pause else None) == stops
    assert (news.resume.code if news.resume else None) == over
    assert news.waba_id == "81"
    assert news.names_number is ("phone_number" in given)
    assert news.digits == ("917755991053" if news.names_number else None)
    for verdict in (news.pause, news.resume):
        # Who stops or goes on has a notice that tells of it, and a title.
        assert verdict is None or verdict.notice_code in shown | settled
    assert news.pause is None or (news.pause.title and news.pause.sentence.endswith("."))


def test_whatever_stops_sends_has_an_event_that_ends_it() -> None:
    """But a deletion: there is nothing left that could come back."""
    stopping = {stops for _, _, _, stops, _ in EVENTS_OF_ACCOUNTS if stops}
    ending = {over for *_, over in EVENTS_OF_ACCOUNTS if over}
    assert stopping - ending == {33}
    restricted = {kind for _, shown, _, _, _ in EVENTS_OF_ACCOUNTS for kind in shown if "restricted" in kind}
    lifted = {kind for _, _, settled, _, _ in EVENTS_OF_ACCOUNTS for kind in settled}
    assert {kind for kind in restricted - lifted if "calling" not in kind} == {"restricted_something_new"}


@pytest.mark.parametrize("written", ["no number", {"a": 1}, 7, ["7"]])
def test_a_number_that_cannot_be_read_is_no_reason_to_stop_the_account(written: Any) -> None:
    news = read_news("account_update", {"event": "PARTNER_REMOVED", "phone_number": written}, "81", None, AT)
    assert news.names_number


@pytest.mark.parametrize(
    ("kind", "waba_id", "names_number", "number_id"),
    [
        ("PHONE_NUMBER", "81", True, "99"),
        ("WABA", "99", False, None),
        ("BUSINESS", "81", False, None),
        ("", "81", False, None),
    ],
)
def test_an_alert_is_about_whom_it_names(
    kind: str, waba_id: str, names_number: bool, number_id: str | None
) -> None:
    value = {
        "entity_type": kind,
        "entity_id": 99,
        "alert_info": {"alert_type": "OBA", "alert_severity": "INFO"},
    }
    news = read_news("account_alerts", value, "81", None, AT)
    assert (news.waba_id, news.names_number, news.phone_number_id) == (waba_id, names_number, number_id)


@pytest.mark.parametrize("code", [0, 4, 100, 131000, 131016, 131026, 131047, 131057, 130429, 190, 999999])
def test_an_accounts_error_speaks_of_no_send(code: int) -> None:
    error = {
        "code": code,
        "title": "Something went wrong",
        "error_data": {"details": "Message failed to send"},
    }
    news = read_news("messages", {"errors": [error]}, "81", "83", AT)
    sentences = [notice.detail for notice in news.notices] + ([news.pause.sentence] if news.pause else [])
    assert len(sentences) == 1
    assert "message may" not in sentences[0]
    assert "this message" not in sentences[0].lower()
    assert "failed to send" not in sentences[0]
    titles = [notice.title for notice in news.notices] + ([news.pause.title] if news.pause else [])
    assert titles == ["Something went wrong"]


def test_every_error_of_an_account_is_told() -> None:
    errors = [
        {"code": 131000, "title": "One"},
        {"code": 130429, "title": "Two"},
        {"code": 131042, "title": "Three"},
    ]
    news = read_news("messages", {"errors": errors}, "81", "83", AT)
    assert [notice.code for notice in news.notices] == ["error_131000", "error_130429"]
    assert news.pause is not None
    assert (news.pause.code, news.pause.title) == (131042, "Three")


@pytest.mark.parametrize(
    ("field", "event", "shown", "settled", "facts"),
    [
        ("phone_number_quality_update", "ONBOARDING", set(), set(), {"messaging_limit"}),
        (
            "phone_number_quality_update",
            "THROUGHPUT_UPGRADE",
            set(),
            set(),
            {"messaging_limit", "throughput_level"},
        ),
        ("phone_number_quality_update", "UPGRADE", set(), {"limit_lowered"}, {"messaging_limit"}),
        ("phone_number_quality_update", "DOWNGRADE", {"limit_lowered"}, set(), {"messaging_limit"}),
        ("phone_number_quality_update", "FLAGGED", {"quality_flagged"}, set(), {"messaging_limit"}),
        ("phone_number_quality_update", "UNFLAGGED", set(), {"quality_flagged"}, {"messaging_limit"}),
    ],
)
def test_every_event_of_a_numbers_quality(
    field: str, event: str, shown: set[str], settled: set[str], facts: set[str]
) -> None:
    value = {"event": event, "current_limit": "TIER_2K", "display_phone_number": "917755991053"}
    news = read_news(field, value, "81", None, AT)
    assert {notice.code for notice in news.notices if notice.severity} == shown
    assert {notice.code for notice in news.notices if notice.severity is None} == settled
    assert news.facts.keys() == facts
    assert news.names_number
    assert news.pause is None


def test_a_business_capability_is_the_whole_accounts() -> None:
    value = {"max_daily_conversations_per_business": 2000, "max_phone_numbers_per_business": 25}
    news = read_news("business_capability_update", value, "81", None, AT)
    assert (news.facts, news.names_number) == ({"messaging_limit": "TIER_2K"}, False)

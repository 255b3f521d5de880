"""What news mean, whatever shape they have."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livechat.whatsapp.account_calls import messaging_limit
from livechat.whatsapp.account_news import read_news
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

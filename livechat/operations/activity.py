"""A number's webhooks and sends by the hour, for its owners; and the merging of the counts behind it."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.domain.clock import rfc3339
from livechat.inbound.storing.batch import DUPLICATE, FAILED, IGNORED, STORED
from livechat.operations.alarms import LOOK_BACK, alarms
from livechat.operations.queries import activity_rows as queries

Json = dict[str, Any]

HOUR = timedelta(hours=1)
# Alarms need the single rows of LOOK_BACK; older rows are merged into sums.
UNMERGED = 2 * LOOK_BACK
# Three times the longest range that can be asked for.
KEPT = timedelta(days=93)
_OF_SENDS = ("accepted", "sent", "delivered", "read", "failed", "unknown", "queued")


def full_hours(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The range widened to full UTC hours, by which webhooks are counted."""
    start = since.replace(minute=0, second=0, microsecond=0)
    end = until.replace(minute=0, second=0, microsecond=0)
    return start, end if end == until else end + HOUR


def activity_json(session: AnySession, phone_number_id: str, since: datetime, until: datetime) -> Json:
    """Counts of every hour of the range, their sums, latencies and present alarms; the bounds are full hours.

    In every hour received = stored + duplicate + ignored + failed, by the outcome of each webhook's first
    run; and accepted = sent + delivered + read + failed + unknown + queued, by the sends' present status.
    """
    hours = {since + HOUR * n: _empty() for n in range((until - since) // HOUR)}
    total = _empty()
    for row in queries.webhook_items(session, phone_number_id, since, until):
        for place in (hours[row.hour], total):
            place["received"] += row.items
            if row.outcome == IGNORED:
                place[IGNORED][row.reason] += row.items
            else:
                place[row.outcome] += row.items
    for row in queries.sends(session, phone_number_id, since, until):
        # The API does not tell a send that is being made from one that waits.
        status = "queued" if row.status == "sending" else row.status
        for place in (hours[row.hour], total):
            place["sends"]["accepted"] += row.messages
            place["sends"][status] += row.messages
    latency = queries.latency_ms(session, phone_number_id, since, until)
    return {
        "phone_number_id": phone_number_id,
        "since": rfc3339(since),
        "until": rfc3339(until),
        "hours": [{"hour": rfc3339(hour), **counts} for hour, counts in hours.items()],
        "totals": total,
        "latency_ms": {"p50": latency.p50, "p95": latency.p95, "max": latency.max},
        "alarms": [
            {"code": alarm.code, "detail": alarm.detail, "since": rfc3339(alarm.since)}
            for alarm in alarms(session, phone_number_id)
        ],
    }


def _empty() -> Json:
    counts: Json = dict.fromkeys(("received", STORED, DUPLICATE), 0)
    return counts | {IGNORED: Counter(), FAILED: 0, "sends": dict.fromkeys(_OF_SENDS, 0)}


def tidy_counts(session: AnySession) -> int:
    """Merge counts older than UNMERGED, and delete those older than KEPT; returns how many rows were merged.

    The caller commits.
    """
    now = clock.now()
    merged = queries.merge_counts(session, now - UNMERGED)
    queries.delete_counts(session, now - KEPT)
    return merged

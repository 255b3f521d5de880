"""Metrics, shared by all processes of a machine through prometheus_client's multiprocess mode.

Labels are constants or Meta's codes, never ids of customers nor text.
"""

import re
from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Collection

import structlog
from prometheus_client import Counter, Histogram

from livechat.core.tasknames import Queue, TaskName

log = structlog.get_logger(__name__)


class BatchHistogram(Histogram):
    """A histogram that takes many values at once: each alone would cost two writes to a shared file."""

    def observe_all(self, values: Collection[float]) -> None:
        """As ``observe`` for each of the values."""
        self._sum.inc(sum(values))
        for bucket, count in Tally(bisect_left(self._upper_bounds, value) for value in values).items():
            self._buckets[bucket].inc(count)


WEBHOOKS_RECEIVED = Counter(
    "livechat_webhooks_received_total", "Webhooks answered 200, by where the body was kept", ["kept_in"]
)
WEBHOOKS_REFUSED = Counter("livechat_webhooks_refused_total", "Webhooks refused, by reason", ["reason"])
WEBHOOK_EVENTS = Counter(
    "livechat_webhook_events_total",
    "Items of webhooks by outcome: stored, duplicate, ignored or failed, and why",
    ["outcome", "reason"],
)
WEBHOOKS_AGAIN = Counter(
    "livechat_webhooks_tried_again_total",
    "Webhooks that are tried once more, by why: passing (a lock), trouble (the database is away), refused "
    "(their batch was), many_items (in parts), fault (nobody foresaw it) or suspect (their worker died)",
    ["why"],
)
AFTER_COMMIT_FAILURES = Counter(
    "livechat_after_commit_failures_total",
    "What was to follow a commit and did not: a task not sent (a sweep does it later), or another action",
    ["what"],
)
MESSAGES = Counter(
    "livechat_messages_total", "Messages stored, by direction and origin", ["direction", "origin"]
)
STORED_LATENCY = BatchHistogram(
    "livechat_stored_after_meta_seconds",
    "From Meta's time of a message (whole seconds) to our commit",
    buckets=(0.5, 1, 2, 3, 5, 10, 30, 60, 300, 3600, 86400),
)
ACKNOWLEDGED_TO_STORED = BatchHistogram(
    "livechat_stored_after_received_seconds",
    "From the receipt of a webhook to the commit of what it said",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
)
UNKNOWN_FIELDS = Counter(
    "livechat_webhook_unknown_fields_total",
    "Items of webhook fields that this release does not know; kept as account news",
    ["field"],
)
MEDIA_FETCHES = Counter(
    "livechat_media_fetches_total",
    "Attempts to fetch a customer's file, by outcome: ready, again, failed, paused, lost",
    ["outcome"],
)
UPLOADS_REFUSED = Counter(
    "livechat_uploads_refused_total",
    "Files of agents that were not taken: quota (too much lies here unsent) or disk (no room)",
    ["reason"],
)
TASKS = Counter(
    "livechat_tasks_total",
    "Celery tasks by name and outcome: success, failure, retry, expired, revoked, lost",
    ["task", "outcome"],
)
TASK_SECONDS = Histogram(
    "livechat_task_seconds",
    "How long a task ran",
    ["task"],
    buckets=(0.005, 0.025, 0.1, 0.5, 1, 5, 30, 60, 120),
)
TASK_WAIT = Histogram(
    "livechat_task_wait_seconds",
    "From the sending of a task to its start",
    ["queue"],
    buckets=(0.005, 0.025, 0.1, 0.5, 1, 5, 30, 60, 300),
)
GRAPH_CALLS = Counter(
    "livechat_graph_calls_total",
    "Calls of the Graph API by endpoint and outcome: ok, Meta's error code, http_502, unsent or unknown",
    ["endpoint", "code"],
)
GRAPH_SECONDS = Histogram(
    "livechat_graph_call_seconds",
    "How long the Graph API took",
    ["endpoint"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
HTTP_REQUESTS = Counter(
    "livechat_http_requests_total", "Requests by route, method and status", ["rule", "method", "status"]
)
HTTP_SECONDS = Histogram(
    "livechat_http_request_seconds",
    "From a request's arrival in the application to its answer; of a stream, to its first byte",
    ["rule", "method"],
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 10),
)

REQUESTS_CUT = Counter(
    "livechat_requests_cut_total",
    "Requests and connections given up by us, by reason: slow_body, crowded_body, crowded_connection, "
    "slow_reader, overloaded, client_gone",
    ["reason"],
)

PAUSES = Counter(
    "livechat_phone_numbers_paused_total", "Numbers whose sends were stopped, by Meta's code", ["code"]
)

UNREAD_DRIFT = Counter("livechat_unread_drift_total", "Unread counts that the reconciliation had to repair")

# A dashboard may ask for these before anything has happened.
for _why in ("passing", "trouble", "refused", "many_items", "fault", "suspect"):
    WEBHOOKS_AGAIN.labels(_why)
for _what in ("task", "action"):
    AFTER_COMMIT_FAILURES.labels(_what)
for _outcome in ("stored", "duplicate", "ignored", "failed"):
    WEBHOOK_EVENTS.labels(_outcome, "")
for _direction in ("inbound", "outbound"):
    MESSAGES.labels(_direction, "customer" if _direction == "inbound" else "livechat")
for _reason in ("quota", "disk"):
    UPLOADS_REFUSED.labels(_reason)
for _task in TaskName:
    for _ended in ("success", "failure"):
        TASKS.labels(_task.value, _ended)
for _queue in Queue:
    TASK_WAIT.labels(_queue.value)

# Meta has some forty fields, with names like this. The number of labels must not grow with what is posted.
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,63}")
MOST_UNKNOWN_FIELDS = 50
_fields_seen: set[str] = set()


def observe_graph(endpoint: str, outcome: str, seconds: float) -> None:
    """Count one call of the Graph API; the observer of every GraphClient. Never raises.

    It runs between Meta's answer and the caller that stores it: a full disk under the counts must not lose a
    message.
    """
    try:
        GRAPH_CALLS.labels(endpoint, outcome).inc()
        GRAPH_SECONDS.labels(endpoint).observe(seconds)
    except Exception as error:  # noqa: BLE001  # logged; the answer is worth more
        log.warning("call_not_counted", endpoint=endpoint, error=type(error).__name__)


def count_unknown_field(field: str, count: int) -> None:
    """Count items of a field that we do not know, under its name or, past a bound, under ``other``."""
    if field not in _fields_seen and (
        len(_fields_seen) >= MOST_UNKNOWN_FIELDS or not _FIELD.fullmatch(field)
    ):
        field = "other"
    _fields_seen.add(field)
    UNKNOWN_FIELDS.labels(field).inc(count)

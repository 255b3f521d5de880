"""What operators count. Shared by all processes of a machine through prometheus_client's multiprocess mode.

Labels are constants or Meta's codes, never ids of customers nor text.
"""

from prometheus_client import Counter, Histogram

WEBHOOKS_RECEIVED = Counter(
    "livechat_webhooks_received_total", "Webhooks answered 200, by where the body was kept", ["kept_in"]
)
WEBHOOKS_REFUSED = Counter("livechat_webhooks_refused_total", "Webhooks refused, by reason", ["reason"])
WEBHOOK_EVENTS = Counter(
    "livechat_webhook_events_total",
    "Items of webhooks by outcome: stored, duplicate, ignored or failed, and why",
    ["outcome", "reason"],
)
MESSAGES = Counter(
    "livechat_messages_total", "Messages stored, by direction and origin", ["direction", "origin"]
)
STORED_LATENCY = Histogram(
    "livechat_stored_after_meta_seconds",
    "From Meta's time of a message (whole seconds) to our commit",
    buckets=(0.5, 1, 2, 3, 5, 10, 30, 60, 300, 3600, 86400),
)
ACKNOWLEDGED_TO_STORED = Histogram(
    "livechat_stored_after_received_seconds",
    "From the receipt of a webhook to the commit of what it said",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
)
TASKS = Counter("livechat_tasks_total", "Celery tasks by name and outcome", ["task", "outcome"])
GRAPH_CALLS = Counter(
    "livechat_graph_calls_total", "Calls of the Graph API by endpoint and code", ["endpoint", "code"]
)
GRAPH_SECONDS = Histogram("livechat_graph_call_seconds", "How long the Graph API took", ["endpoint"])

UNREAD_DRIFT = Counter("livechat_unread_drift_total", "Unread counts that the reconciliation had to repair")

# Names that a dashboard may ask for before anything happened.
for _outcome in ("stored", "duplicate", "ignored", "failed"):
    WEBHOOK_EVENTS.labels(_outcome, "")
for _direction in ("inbound", "outbound"):
    MESSAGES.labels(_direction, "customer" if _direction == "inbound" else "livechat")

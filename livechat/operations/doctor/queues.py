"""Checks the broker, a worker for every queue, and beat."""

from collections.abc import Iterator

from redis import Redis

from livechat.core.config import Settings
from livechat.core.tasknames import Queue
from livechat.domain.retry import LONGEST_COUNTDOWN_S
from livechat.files.fetch import longest_fetch_s
from livechat.operations import readiness
from livechat.operations.doctor.findings import Finding, judged, ok, unknown, wrong
from livechat.outbound.delivery.deliver import CLAIM_SLACK_S, SECONDS_PER_RUN

# The task that reports beat alive runs every two seconds.
BEAT_SILENT_S = 15.0


def check(redis: Redis, settings: Settings) -> Iterator[Finding]:
    """Findings on whether tasks are queued and consumed, and whether none is handed out twice."""
    if not readiness.broker_answers():
        yield wrong(
            "broker",
            "does not answer",
            "See that the server of CELERY_BROKER_URL runs and is reachable from here.",
        )
    else:
        yield ok("broker", "answers")
    silent = readiness.silent_queues(redis)
    for queue in Queue:
        yield judged(
            queue not in silent,
            f"queue {queue.value}",
            "has no worker" if queue in silent else "is consumed",
            f"Start “celery -A celery_app worker -Q {queue.value}”, and see its log.",
        )
    yield _beat(redis, has_worker=Queue.MAINTENANCE not in silent)
    yield _visibility(redis, settings)


def _beat(redis: Redis, *, has_worker: bool) -> Finding:
    age_s = readiness.beat_age_s(redis)
    if age_s is not None and age_s <= BEAT_SILENT_S:
        return ok("beat", f"its last task was done {age_s:.0f} s ago")
    seen = "no task of its was done within a day" if age_s is None else f"silent for {age_s:.0f} s"
    if not has_worker:
        return unknown("beat", f"{seen}, but the queue maintenance has no worker to tell")
    return wrong(
        "beat",
        seen,
        "Start “celery -A celery_app beat”, exactly one: it finds what was lost and repeats what failed.",
    )


def _visibility(redis: Redis, settings: Settings) -> Finding:
    # A send task ends by then at the latest: after its own limit and the call that it is making. It leaves
    # further uploads to the next task.
    run_s = SECONDS_PER_RUN + settings.graph_connect_timeout_s + settings.graph_read_timeout_s + CLAIM_SLACK_S
    longest_s = max(run_s, longest_fetch_s(settings), LONGEST_COUNTDOWN_S)
    timeouts = readiness.visibility_timeouts_s(redis)
    if not timeouts:
        return unknown("broker visibility time-out", "no worker tells which it works with")
    shortest_s = min(timeouts)
    return judged(
        shortest_s > longest_s,
        "broker visibility time-out",
        f"{shortest_s} s, the longest task takes {longest_s:.0f} s",
        "Lower LIVECHAT_GRAPH_READ_TIMEOUT_S: a task that outlasts the time-out is handed out a second time.",
    )

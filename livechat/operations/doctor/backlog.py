"""Checks what waits, what was given up, and whether stored counts agree with the rows that they count."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import randrange

from redis import Redis

from livechat.conversations.queries import unread
from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.domain.clock import rfc3339
from livechat.inbound.door import arrivals
from livechat.operations import alarms
from livechat.operations.activity import full_hours
from livechat.operations.doctor.findings import Finding, judged, note, ok, wrong
from livechat.operations.queries import activity_rows as activity
from livechat.operations.queries import waiting_counts as waiting

# Webhooks are stored within milliseconds, and the sweep runs every two seconds.
INBOUND_LATE_S = 60.0
# Sends are tried for half an hour while our own network fails (``domain.retry.CONNECT``); people should look
# earlier.
SEND_LATE_S = 300.0
COUNTS_CHECKED = timedelta(hours=1)
# Any of them may have its turn.
_SHARES = 2**31


def check(session: AnySession, redis: Redis) -> Iterator[Finding]:
    """Findings about the tables first, and about the stream last, since Redis may be away."""
    # As many as one look of the reconciliation has: all of them in an ordinary installation.
    share = unread.share_of(session, randrange(_SHARES))  # noqa: S311
    drift = unread.drifted(session, share)
    looked_at = (
        "" if share.of == 1 else f" (1 in {share.of} was looked at, and all that show unread messages)"
    )
    yield judged(
        drift == 0,
        "unread counts",
        f"agree with the messages{looked_at}"
        if drift == 0
        else f"{drift} differ from the messages{looked_at}",
        "The task maintenance.reconcile_unread repairs them; report it, since each one is a bug.",
    )
    yield _counts(session)
    yield from _ledger(session)
    yield from _sends(session)
    count, age_s = arrivals.backlog(redis)
    yield judged(
        age_s <= INBOUND_LATE_S,
        "webhooks in the stream",
        f"{count}, the oldest for {age_s:.0f} s" if count else "none waits",
        "See that workers consume the queue inbound, and their log.",
    )
    yield from _put_off("stream", *alarms.put_off_in_stream(redis))


def _put_off(where: str, count: int, since: datetime | None) -> Iterator[Finding]:
    """A finding if webhooks are put off, else nothing."""
    if count and since is not None:
        yield wrong(
            f"webhooks put off in the {where}",
            f"{count} are tried again and again, the first since {rfc3339(since)}",
            "See the log of the workers of inbound: it is the database, or a fault that is worth a report. "
            "They are kept, and others are stored meanwhile.",
        )


def _counts(session: AnySession) -> Finding:
    now = clock.now()
    items, difference = activity.unaccounted_items(session, *full_hours(now - COUNTS_CHECKED, now))
    return judged(
        difference == 0,
        "webhook accounts",
        f"{items} items of the last hours, each with its outcome, are counted"
        if difference == 0
        else f"{difference} of {items} items of the last hours are not counted as the ledger has them",
        "Report it, since it is a bug: the ledger is right, and what /activity shows is not.",
    )


def _ledger(session: AnySession) -> Iterator[Finding]:
    open_webhooks = waiting.ledger(session)
    failed = open_webhooks["failed"]
    yield judged(
        failed == 0,
        "failed webhooks",
        f"{failed}" if failed else "none",
        "“flask --app wsgi livechat failed” lists them, and “… livechat replay --failed” tries again.",
    )
    late_s = waiting.oldest_waiting_s(session)
    yield judged(
        late_s <= INBOUND_LATE_S,
        "webhooks in the ledger",
        f"{open_webhooks['waiting']} wait, the oldest for {late_s:.0f} s" if late_s else "none waits",
        "See that beat runs and that workers consume the queue inbound.",
    )
    yield from _put_off("ledger", *alarms.put_off_in_ledger(session))
    for alarm in alarms.alarms(session):
        yield wrong(
            f"webhooks of number {alarm.number}" if alarm.number else "webhooks that name no number",
            alarm.detail,
            "See “livechat failed”, the workers' log, and whether Meta's app still calls this address: "
            "“livechat replay” stores later what was kept.",
        )
    unconnected = waiting.of_unknown_numbers(session)
    if unconnected:
        yield note(
            "webhooks of unknown numbers",
            f"{unconnected} are kept",
            "Once the number is connected, “flask --app wsgi livechat replay --unknown-number” stores them.",
        )


def _sends(session: AnySession) -> Iterator[Finding]:
    age_s = waiting.oldest_queued_s(session)
    sends = waiting.open_sends(session)
    yield judged(
        age_s <= SEND_LATE_S,
        "queued sends",
        f"{sends['queued']} wait, the oldest of a connected number for {age_s:.0f} s"
        if sends["queued"]
        else "none waits",
        "See that workers consume the queue outbound, and what Meta answers (livechat_graph_calls_total).",
    )
    if sends["unknown"]:
        yield note(
            "unknown sends",
            f"Meta may or may not have taken {sends['unknown']}",
            "“flask --app wsgi livechat failed” lists them; a status webhook settles each one by itself.",
        )
    else:
        yield ok("unknown sends", "none")

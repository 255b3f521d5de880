"""What the database holds against what the outside was told. Every difference is a broken promise, by its ids."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import requests

from sandbox.model import Json
from tests.chaos.edge import Edge
from tests.chaos.load import RANK, Api, Record
from tests.chaos.page import fetch
from tests.chaos.running import Running

WINDOW = timedelta(hours=24)
PLAYED_AS = {"played": "read"}


@dataclass
class Audit:
    """``counts`` is what the table shows; ``broken`` are sentences with ids, by promise."""

    counts: dict[str, int] = field(default_factory=dict)
    broken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def breaks(self, promise: str, sentence: str) -> None:
        self.broken[promise].append(sentence)


def audit(running: Running, edge: Edge, record: Record, api: Api) -> Audit:
    """Compare everything. The product must be healed and quiet."""
    result = Audit()
    for sentence in record.faults:
        result.breaks("seen while it ran", sentence)
    sends = running.client().messages()
    _webhooks(running, edge, result)
    _customers(running, record, result)
    _sends(running, record, sends, result)
    _order(running, record, sends, result)
    _statuses(running, sends, result)
    _conversations(running, record, api, result)
    _metrics(running, result)
    return result


def _webhooks(running: Running, edge: Edge, result: Audit) -> None:
    """acknowledged <= kept <= posted, for every body; and the ledger accounts for every item of each."""
    rows = running.rows(
        "SELECT id, encode(sha256(body), 'hex') AS digest, state, stored, duplicate, ignored, failed, "
        "jsonb_array_length(items) AS total, items FROM webhook_events"
    )
    kept = Counter(row["digest"] for row in rows)
    seen = edge.seen()
    for key, body in seen.items():
        if kept[key] < body.acknowledged:
            result.breaks(
                "lost", f"body {key[:16]} was answered 200 {body.acknowledged} times, kept {kept[key]}"
            )
        if kept[key] > body.attempts:
            result.breaks("twice", f"body {key[:16]} was posted {body.attempts} times, kept {kept[key]}")
    poison = {key for key, body in seen.items() if body.is_poison}
    for row in rows:
        total = row["stored"] + row["duplicate"] + row["ignored"] + row["failed"]
        if row["state"] == "waiting" or total != row["total"]:
            result.breaks(
                "unaccounted", f"event {row['id']}: {row['state']}, {total} of {row['total']} items"
            )
        if row["failed"] and row["digest"] not in poison:
            result.breaks("failed without cause", f"event {row['id']}: {row['items']}")
    with running.redis() as client:
        waiting = int(client.xlen("livechat:inbound"))
    if waiting:
        result.breaks("unaccounted", f"{waiting} webhooks still wait in Redis")
    for status, times in edge.statuses().items():
        # 0 and 502: nobody was there to answer.
        if status not in (0, 200, 502, 503):
            result.breaks("answers", f"{times} webhooks were answered {status}")
    result.counts["webhooks posted"] = sum(body.attempts for body in seen.values())
    result.counts["webhooks acked"] = sum(body.acknowledged for body in seen.values())
    result.counts["webhooks kept"] = len(rows)
    for outcome in ("stored", "duplicate", "ignored", "failed"):
        result.counts[f"items {outcome}"] = sum(row[outcome] for row in rows)
    result.counts["poison bodies"] = len(poison)
    result.counts["answered 503"] = edge.statuses()[503]
    result.counts["answers lost"] = edge.lost_answers


def _customers(running: Running, record: Record, result: Audit) -> None:
    """Every customer's message is there once, in that customer's conversation, as it was written."""
    rows = running.rows(
        "SELECT m.wamid, m.text, m.timestamp, c.customer_phone FROM chat_messages m "
        "JOIN chat_conversations c ON c.id = m.conversation_id WHERE m.direction = 'inbound'"
    )
    stored = defaultdict(list)
    for row in rows:
        stored[row["wamid"]].append(row)
    for wamid, written in record.written.items():
        found = stored[wamid]
        if not found:
            result.breaks("lost", f"customer's message {wamid}")
        elif len(found) > 1:
            result.breaks("twice", f"customer's message {wamid}")
        elif (found[0]["text"], found[0]["customer_phone"], int(found[0]["timestamp"].timestamp())) != (
            written.text,
            written.customer,
            written.timestamp,
        ):
            result.breaks("changed", f"customer's message {wamid}")
    _whose_words(running, record, result)
    files = Counter(row["state"] for row in running.rows("SELECT state FROM media"))
    for state, times in files.items():
        if state != "ready":
            result.breaks("lost", f"{times} of customers' files are {state}")
    result.counts["customers' messages"] = len(record.written)
    result.counts["customers' files"] = files["ready"]


def _whose_words(running: Running, record: Record, result: Audit) -> None:
    """What a customer wrote, and what was written to them, stands in their conversation and in no other.

    By the words, which are all different, whatever the message is called: a copy in another's thread is one too.
    """
    whose = {written.text: written.customer for written in record.written.values()}
    whose |= {accepted.text: accepted.customer for accepted in record.accepted.values()}
    rows = running.rows(
        "SELECT m.id::text, m.text, c.customer_phone FROM chat_messages m "
        "JOIN chat_conversations c ON c.id = m.conversation_id WHERE m.text IS NOT NULL"
    )
    for row in rows:
        customer = whose.get(row["text"])
        if customer is not None and customer != row["customer_phone"]:
            result.breaks("words in another's thread", f"message {row['id']}")
    result.counts["texts compared with their thread"] = len(rows)


def _by_message(sends: list[Json]) -> dict[str, list[Json]]:
    """The sandbox's accepted sends by our message id, which each carries."""
    found: dict[str, list[Json]] = defaultdict(list)
    for send in sends:
        found[_our_id(send)].append(send)
    return found


def _our_id(send: Json) -> str:
    return str(send["biz_opaque_callback_data"] or "").rpartition(":")[2]


def _sends(running: Running, record: Record, sends: list[Json], result: Audit) -> None:
    """Every 202 was taken by Meta once, or has failed, or is unknown and was not taken."""
    rows = running.rows("SELECT id::text, status, wamid FROM chat_messages WHERE direction = 'outbound'")
    status = {row["id"]: row["status"] for row in rows}
    taken = _by_message(sends)
    for message_id in record.accepted:
        if message_id not in status:
            result.breaks("lost", f"accepted send {message_id} is not stored")
    for message_id, state in status.items():
        times = len(taken[message_id])
        if message_id not in record.accepted:
            result.breaks("twice", f"send {message_id} is stored, and nobody was told of it")
        if times > 1:
            result.breaks("twice", f"send {message_id} was taken by Meta {times} times")
        if state in ("queued", "sending"):
            result.breaks("lost", f"send {message_id} is still {state}")
        elif state == "unknown" and times:
            result.breaks("unsettled", f"send {message_id} is unknown, though Meta took it and said so")
        elif state in ("sent", "delivered", "read") and not times:
            result.breaks("lost", f"send {message_id} is {state}, and Meta never took it")
        elif state == "failed" and any(send["status"] != "failed" for send in taken[message_id]):
            result.breaks("changed", f"send {message_id} is failed, and Meta took it")
    for send in sends:
        if _our_id(send) not in status:
            result.breaks("twice", f"Meta took {send['wamid']}, which nobody asked for")
    result.counts["sends accepted"] = len(record.accepted)
    result.counts["requests repeated"] = record.repeated
    result.counts["taken by Meta"] = len(sends)
    for state in ("failed", "unknown"):
        result.counts[f"sends {state}"] = sum(found == state for found in status.values())


def _order(running: Running, record: Record, sends: list[Json], result: Audit) -> None:
    """Per conversation Meta took them in the order in which we accepted them, by our count and by the agents'."""
    rows = running.rows(
        "SELECT id::text, seq, conversation_id::text FROM chat_messages WHERE direction = 'outbound'"
    )
    place = {row["id"]: (row["conversation_id"], row["seq"]) for row in rows}
    newest: dict[str, tuple[int, str]] = {}
    asked: dict[str, tuple[float, str]] = {}
    for send in sorted(sends, key=lambda each: each["seq"]):
        message_id = _our_id(send)
        if message_id not in place:
            continue
        conversation, seq = place[message_id]
        before = newest.get(conversation, (0, ""))
        if seq < before[0]:
            result.breaks("out of order", f"send {message_id} reached Meta after {before[1]}")
        newest[conversation] = max(before, (seq, message_id))
        accepted = record.accepted.get(message_id)
        if accepted is None:
            continue
        latest = asked.get(conversation, (0.0, ""))
        if accepted.answered_at < latest[0]:
            result.breaks(
                "out of order",
                f"send {message_id} was accepted before {latest[1]} was asked for, and came after it",
            )
        asked[conversation] = max(latest, (accepted.asked_at, message_id))


def _statuses(running: Running, sends: list[Json], result: Audit) -> None:
    """Every message that Meta took stands where Meta's last word puts it."""
    rows = running.rows("SELECT id::text, status FROM chat_messages WHERE direction = 'outbound'")
    status = {row["id"]: row["status"] for row in rows}
    for send in sends:
        ours = status.get(_our_id(send))
        meta = PLAYED_AS.get(send["status"], send["status"])
        if ours is not None and RANK.get(ours) != RANK.get(meta):
            result.breaks("status", f"send {_our_id(send)} is {ours}, and at Meta {meta}")
    result.counts["statuses by Meta"] = sum(len(send["statuses"]) for send in sends)


def _conversations(running: Running, record: Record, api: Api, result: Audit) -> None:
    """Unread counts, last messages and windows against a recount of what is stored."""
    rows = running.rows(
        """
        SELECT c.id::text, c.customer_phone, c.unread_count, c.last_message_id::text, c.last_message_time,
               c.last_inbound_at,
               (SELECT count(*) FROM chat_messages m
                WHERE m.conversation_id = c.id AND m.counts_unread AND m.seq > c.read_seq) AS counted,
               (SELECT m.id::text FROM chat_messages m
                WHERE m.conversation_id = c.id AND m.message_type <> 'reaction' AND m.origin <> 'event'
                ORDER BY m.timestamp DESC, m.seq DESC LIMIT 1) AS newest
        FROM chat_conversations c
        """
    )
    heard: dict[str, int] = {}
    for written in record.written.values():
        heard[written.customer] = max(heard.get(written.customer, 0), written.timestamp)
    by_id = {row["id"]: row for row in rows}
    drift = 0
    for row in rows:
        if row["unread_count"] != row["counted"]:
            drift += 1
            result.breaks(
                "drift", f"conversation {row['id']}: unread {row['unread_count']} is {row['counted']}"
            )
        if row["last_message_id"] != row["newest"]:
            result.breaks(
                "last message", f"conversation {row['id']}: {row['last_message_id']} is {row['newest']}"
            )
        said = heard.get(row["customer_phone"] or "")
        if said is not None and int(row["last_inbound_at"].timestamp()) < said:
            result.breaks("window", f"conversation {row['id']}: heard of at {said}")
    fresh = fetch(api, lambda: False)
    if fresh is not None:
        for name, shown in fresh[0].items():
            row = by_id[name]
            expected = row["last_inbound_at"] and row["last_inbound_at"] + WINDOW
            if expected and expected > datetime.now(UTC) and _moment(shown["window_expires_at"]) != expected:
                result.breaks("window", f"conversation {name}: {shown['window_expires_at']} is {expected}")
            if shown["unread_count"] != row["unread_count"]:
                result.breaks("drift", f"conversation {name}: the API shows {shown['unread_count']}")
    phones = Counter(row["customer_phone"] for row in rows if row["customer_phone"])
    for phone, times in phones.items():
        if times > 1:
            result.breaks("twice", f"{times} conversations of the customer …{phone[-3:]}")
    result.counts["conversations"] = len(rows)
    result.counts["readings"] = record.readings
    result.counts["unread drift"] = drift


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _metrics(running: Running, result: Audit) -> None:
    """What the product counts of itself: the reconciliation has never had to repair anything."""
    text = requests.get(f"{running.product.base}/metrics", timeout=30).text
    for line in text.splitlines():
        if line.startswith("livechat_unread_drift_total ") and float(line.split()[1]):
            result.breaks("drift", f"the reconciliation has repaired {line.split()[1]} counts")


def is_quiet(running: Running, edge: Edge) -> bool:
    """Whether nothing is on its way any more: webhooks, sends, statuses and their acknowledgements."""
    depth = running.client().call("GET", "/delivery")["depth"]
    if any(depth.values()):
        return False
    open_sends = running.rows(
        "SELECT count(*) AS n FROM chat_messages WHERE direction = 'outbound' AND status IN ('queued', 'sending')"
    )[0]["n"]
    files = running.rows("SELECT count(*) AS n FROM media WHERE state IN ('pending', 'fetching')")[0]["n"]
    waiting = running.rows("SELECT count(*) AS n FROM webhook_events WHERE state = 'waiting'")[0]["n"]
    with running.redis() as client:
        stream = int(client.xlen("livechat:inbound"))
    return not (open_sends or files or waiting or stream)

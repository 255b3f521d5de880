"""Every webhook and every send is accounted for, by number and hour, for the owners alone."""

import base64
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from livechat.core.extensions import db
from livechat.core.tasknames import TaskName
from livechat.domain import clock
from livechat.domain.clock import rfc3339
from livechat.inbound.door.arrivals import RawWebhook
from livechat.inbound.run import ingest_raw
from livechat.models import AccountMember, Message, PhoneNumber
from livechat.operations import activity, webhook_events
from livechat.operations.tasks import replay as replay_task
from livechat.operations.tasks import tidy_counts as tidy_counts_task
from livechat.whatsapp.webhook.body import parse
from tests.api.conftest import Caller, caller
from tests.conftest import wait_until
from tests.factories import make_account, make_conversation, make_message, make_number
from tests.ingest.conftest import (
    ASHA,
    NUMBER,
    NUMBER_2,
    OWNER,
    OWNER_2,
    PAYLOADS,
    WABA_2,
    Meta,
)
from tests.operators.conftest import Run
from tests.sends.conftest import execute

__all__ = ["caller"]

TextBody = Callable[..., dict[str, Any]]
HOUR = timedelta(hours=1)


@pytest.fixture
def owner(caller: Callable[[UUID], Caller]) -> Caller:
    return caller(OWNER)


def ask(api: Caller, number: str = NUMBER, **query: Any) -> dict[str, Any]:
    answer = api.get("/activity", phone_number_id=number, **query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    for counts in (*found["hours"], found["totals"]):
        received = counts["stored"] + counts["duplicate"] + sum(counts["ignored"].values()) + counts["failed"]
        assert counts["received"] == received
        sends = dict(counts["sends"])
        assert sends.pop("accepted") == sum(sends.values())
    return found


def totals(api: Caller, number: str = NUMBER, **query: Any) -> dict[str, Any]:
    found = ask(api, number, **query)["totals"]
    return {name: value for name, value in found.items() if name != "sends"}


def mixed(text_body: TextBody, *, repeated: str) -> dict[str, Any]:
    """One POST: a new message, a repeated one, a broken one, something for no inbox, and another number's."""
    body = text_body(wamid=repeated)
    value = body["entry"][0]["changes"][0]["value"]
    value["messages"] += [text_body()["entry"][0]["changes"][0]["value"]["messages"][0], {"type": "text"}]
    not_for_us = {"field": "flows", "value": {"metadata": {"phone_number_id": NUMBER}}}
    other = text_body(number=NUMBER_2, waba=WABA_2)["entry"][0]
    body["entry"] += [{"id": "1", "changes": [not_for_us]}, other]
    return body


def counted(meta: Meta) -> Counter[tuple[str, str, str]]:
    rows = meta.rows("SELECT phone_number_id, outcome, reason, items FROM webhook_counts")
    found: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        found[(row["phone_number_id"], row["outcome"], row["reason"])] += row["items"]
    return found


def test_every_item_is_counted_once_by_its_first_outcome_whatever_is_replayed(
    meta: Meta, text_body: TextBody, owner: Caller, livechat: Run
) -> None:
    meta.deliver_body(text_body("wamid.first"), mixed(text_body, repeated="wamid.first"), b"{not json")
    expected = {"received": 5, "stored": 2, "duplicate": 1, "ignored": {}, "failed": 1}
    before = totals(owner)
    # ``flows`` is dropped before its number is read: it is accounted for, but not under a number.
    assert before == expected | {"received": 4}
    everything = counted(meta)
    assert everything[("", "ignored", "not_for_inbox:flows")] == 1
    assert everything[("", "failed", "not_json")] == 1
    assert everything[(NUMBER_2, "stored", "")] == 1
    bodies = meta.rows("SELECT body, stored + duplicate + ignored + failed AS items FROM webhook_events")
    assert [row["items"] for row in bodies] == [len(parse(row["body"])) for row in bodies]
    first_run = "SELECT id, items, stored, duplicate, ignored, failed FROM webhook_events ORDER BY id"
    kept = meta.rows(first_run)
    for _ in range(2):
        assert livechat("replay", "--since", "1h").exit_code == 0
        assert meta.rows(first_run) == kept
        assert totals(owner) == before
        assert counted(meta) == everything
        assert activity.tidy_counts(meta.session) == 0
        meta.session.commit()


def test_the_database_refuses_outcomes_that_do_not_add_up(meta: Meta, text_body: TextBody) -> None:
    meta.deliver_body(text_body())
    with pytest.raises(Exception, match="ck_webhook_events_accounted"):
        execute("UPDATE webhook_events SET stored = stored + 1")


def test_two_runs_that_meet_on_one_body_are_counted_once(
    app: Flask, meta: Meta, text_body: TextBody, owner: Caller
) -> None:
    """As when a slow ingest is thought dead and its webhooks are taken over: the first outcome stays."""
    event = RawWebhook(uuid4(), clock.now(), orjson.dumps(text_body()))
    item = {"n": 0, "kind": "ThreadMessage", "number": NUMBER, "outcome": "stored"}

    def second_run() -> None:
        with app.app_context():
            ingest_raw(db.session, [event])
            db.session.remove()

    second = threading.Thread(target=second_run)
    with db.engine.begin() as first_run:
        first_run.execute(
            text(
                "INSERT INTO webhook_events (id, received_at, state, body, phone_number_ids, items, stored) "
                "VALUES (:id, :at, 'done', :body, ARRAY[:number], CAST(:items AS jsonb), 1)"
            ),
            {
                "id": event.id,
                "at": event.received_at,
                "body": event.body,
                "number": NUMBER,
                "items": orjson.dumps([item]).decode(),
            },
        )
        second.start()
        waits = (
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        wait_until(lambda: meta.rows(waits))
    second.join()
    [row] = meta.rows("SELECT stored, duplicate, items FROM webhook_events")
    assert row == {"stored": 1, "duplicate": 0, "items": [item]}
    assert counted(meta) == {(NUMBER, "stored", ""): 1}


@pytest.mark.usefixtures("meta")
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.one_of(
            st.sampled_from(sorted(path.stem for path in PAYLOADS.glob("*.json"))),
            st.sampled_from([b"", b"{}", b"[]", b"\xff", b'{"entry": 5}', b'{"object": "page"}']),
        ),
        max_size=12,
    ),
    st.booleans(),
)
def test_whatever_comes_the_sums_hold(meta: Meta, names: list[str | bytes], merge: bool) -> None:
    meta.session.execute(
        text(
            "TRUNCATE webhook_events, webhook_counts, chat_messages, message_statuses, chat_conversations CASCADE"
        )
    )
    meta.session.commit()
    bodies = [name if isinstance(name, bytes) else (PAYLOADS / f"{name}.json").read_bytes() for name in names]
    for body in bodies:
        assert meta.post(body) == 200
    meta.ingest()
    if merge:
        execute("UPDATE webhook_counts SET last_received_at = last_received_at - interval '1 day'")
        tidy_counts_task.run()
    found = counted(meta)
    assert sum(found.values()) == sum(len(parse(body)) for body in bodies)
    kept = meta.rows(
        "SELECT coalesce(sum(stored), 0) AS stored, coalesce(sum(duplicate), 0) AS duplicate, "
        "coalesce(sum(ignored), 0) AS ignored, coalesce(sum(failed), 0) AS failed FROM webhook_events"
    )
    by_outcome: Counter[str] = Counter()
    for (_, outcome, _), items in found.items():
        by_outcome[outcome] += items
    assert kept == [{name: by_outcome[name] for name in ("stored", "duplicate", "ignored", "failed")}]


def test_counts_are_merged_without_a_change_to_what_is_told(
    meta: Meta, text_body: TextBody, owner: Caller
) -> None:
    for _ in range(5):
        meta.deliver_body(text_body())
    execute("UPDATE webhook_counts SET last_received_at = last_received_at - interval '2 hours'")
    before = totals(owner)
    assert activity.tidy_counts(meta.session) == 5
    meta.session.commit()
    assert meta.rows("SELECT items, is_sum FROM webhook_counts") == [{"items": 5, "is_sum": True}]
    meta.deliver_body(text_body())
    assert totals(owner) == before | {"received": 6, "stored": 6}
    execute("UPDATE webhook_counts SET hour = hour - interval '200 days' WHERE is_sum")
    tidy_counts_task.run()
    # Had the task not committed, it would be undone.
    meta.session.rollback()
    assert meta.rows("SELECT items FROM webhook_counts WHERE is_sum") == []
    assert totals(owner)["received"] == 1


def test_hours_hold_what_was_received_and_accepted_in_them(
    meta: Meta, text_body: TextBody, owner: Caller
) -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    meta.deliver_body(text_body(), text_body())
    execute("UPDATE webhook_counts SET hour = :noon", noon=noon)
    number = meta.session.get(PhoneNumber, NUMBER)
    assert number is not None
    conversation = make_conversation(meta.session, number)
    for status, rank, minute in (("sent", 20, 1), ("read", 40, 59), ("unknown", 15, 61)):
        make_message(
            meta.session,
            conversation,
            direction="outbound",
            status=status,
            status_rank=rank,
            timestamp=noon + timedelta(minutes=minute),
        )
    execute("SELECT 1")
    meta.session.commit()
    found = ask(
        owner, since=rfc3339(noon + timedelta(minutes=30)), until=rfc3339(noon + timedelta(minutes=90))
    )
    assert (found["since"], found["until"]) == (rfc3339(noon), rfc3339(noon + 2 * HOUR))
    first, second = found["hours"]
    assert (first["hour"], first["received"], first["stored"]) == (rfc3339(noon), 2, 2)
    assert first["sends"] == dict.fromkeys(first["sends"], 0) | {"accepted": 2, "sent": 1, "read": 1}
    assert (second["received"], second["sends"]["accepted"], second["sends"]["unknown"]) == (0, 1, 1)
    assert found["totals"]["sends"]["accepted"] == 3


def test_latency_is_from_metas_time_to_ours(meta: Meta, text_body: TextBody, owner: Caller) -> None:
    assert ask(owner)["latency_ms"] == {"p50": None, "p95": None, "max": None}
    now = int(clock.now().timestamp())
    meta.deliver_body(*(text_body(timestamp=now - late) for late in (100, 100, 100, 700)))
    latency = ask(owner)["latency_ms"]
    assert 100_000 <= latency["p50"] < 160_000
    assert latency["p95"] == latency["max"]
    assert 700_000 <= latency["max"] < 760_000


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "phone_number_id"),
        ({"phone_number_id": NUMBER, "since": "yesterday"}, "since"),
        ({"phone_number_id": NUMBER, "since": "2026-11-22T10:00:00"}, "since"),
        (
            {"phone_number_id": NUMBER, "since": "2026-01-01T00:00:00Z", "until": "2026-11-01T00:00:00Z"},
            "until",
        ),
        (
            {"phone_number_id": NUMBER, "since": "2026-11-02T00:00:00Z", "until": "2026-11-01T00:00:00Z"},
            "until",
        ),
        ({"phone_number_id": NUMBER, "until": "0001-01-01T00:00:00Z"}, "until"),
        (
            {"phone_number_id": NUMBER, "since": "9999-12-31T23:00:00Z", "until": "9999-12-31T23:59:00Z"},
            "until",
        ),
        ({"phone_number_id": NUMBER, "since": "0001-01-01T00:00:00+14:00"}, "since"),
    ],
)
def test_ranges_that_are_none(meta: Meta, owner: Caller, query: dict[str, str], field: str) -> None:
    answer = owner.get("/activity", **query)
    assert (answer.status_code, answer.json["code"]) == (422, "validation_failed"), answer.text
    assert field in answer.json["errors"]


def test_only_admins_are_told(meta: Meta, text_body: TextBody, caller: Callable[[UUID], Caller]) -> None:
    meta.deliver_body(text_body())
    [event] = meta.rows("SELECT id FROM webhook_events")
    number = meta.session.get(PhoneNumber, NUMBER)
    assert number is not None
    meta.session.add(AccountMember(account_id=number.account_id, user_id=(agent := uuid4()), role="agent"))
    meta.session.commit()
    for user, status in ((OWNER, 200), (OWNER_2, 404), (agent, 403), (uuid4(), 404)):
        api = caller(user)
        answers = [
            api.get("/activity", phone_number_id=NUMBER),
            api.get("/webhook-events", phone_number_id=NUMBER),
            api.get("/sends/attention", phone_number_id=NUMBER),
            api.get(f"/webhook-events/{event['id']}"),
            api.post(f"/webhook-events/{event['id']}/replay"),
            api.post("/webhook-events/replay", {"phone_number_id": NUMBER}),
        ]
        assert [answer.status_code for answer in answers] == [status] * len(answers)


def events(api: Caller, **query: Any) -> list[dict[str, Any]]:
    answer = api.get("/webhook-events", **{"phone_number_id": NUMBER, **query})
    assert answer.status_code == 200, answer.text
    assert set(answer.json) == {"webhook_events", "next_cursor"}
    found: list[dict[str, Any]] = answer.json["webhook_events"]
    return found


def test_webhooks_of_several_owners_show_and_replay_each_his_own_part(
    meta: Meta, text_body: TextBody, caller: Callable[[UUID], Caller]
) -> None:
    body = text_body(body="for the first")
    body["entry"] += text_body(number=NUMBER_2, waba=WABA_2, body="for the second")["entry"]
    body["entry"][0]["changes"] += text_body(number=NUMBER_2, body="beside it")["entry"][0]["changes"]
    meta.deliver_body(body)
    execute("TRUNCATE chat_messages, chat_conversations CASCADE")
    first, second = caller(OWNER), caller(OWNER_2)
    [mine], [theirs] = events(first), events(second, phone_number_id=NUMBER_2)
    assert mine["id"] == theirs["id"]
    assert (mine["phone_number_id"], theirs["phone_number_id"]) == (NUMBER, NUMBER_2)
    assert [item["kind"] for item in mine["items"]] == ["ThreadMessage"]
    assert len(theirs["items"]) == 2
    answer = first.get(f"/webhook-events/{mine['id']}")
    assert "for the first" in answer.text
    assert "for the second" not in answer.text
    assert "beside it" not in answer.text
    assert NUMBER_2 not in answer.text
    assert "for the first" not in second.get(f"/webhook-events/{mine['id']}").text
    counts = first.post(f"/webhook-events/{mine['id']}/replay")
    assert counts.json == {"replayed": 1, "stored": 1, "duplicate": 0, "ignored": 0, "failed": 0}
    assert [row["text"] for row in meta.messages()] == ["for the first"]
    assert events(second, phone_number_id=NUMBER_2)[0]["items"] == theirs["items"]
    selected = second.post("/webhook-events/replay", {"phone_number_id": NUMBER_2})
    assert selected.json == {"replayed": 1, "stored": 2, "duplicate": 0, "ignored": 0, "failed": 0}
    again = second.post("/webhook-events/replay", {"phone_number_id": NUMBER_2})
    assert again.json == {"replayed": 1, "stored": 0, "duplicate": 2, "ignored": 0, "failed": 0}
    assert len(meta.messages()) == 3


def test_what_failed_is_found_mended_and_no_longer_found(
    meta: Meta, text_body: TextBody, owner: Caller
) -> None:
    # A number that the database takes for unknown when it comes, and that is connected later.
    stranger = "700000000000001"
    meta.deliver_body(text_body(number=stranger), text_body())
    make_number(meta.session, make_account(meta.session, OWNER), phone_number_id=stranger)
    meta.session.commit()
    [ignored] = events(owner, phone_number_id=stranger, outcome="ignored")
    assert ignored["items"] == [
        {
            "kind": "ThreadMessage",
            "outcome": "ignored",
            "reason": "unknown_number",
            "message_id": None,
            "first_outcome": "ignored",
        }
    ]
    assert ignored["replayed_at"] is None
    assert events(owner, phone_number_id=stranger, outcome="stored") == []
    asked = {"phone_number_id": stranger, "outcome": "ignored"}
    assert owner.post("/webhook-events/replay", asked).json["stored"] == 1
    assert owner.post("/webhook-events/replay", asked).json["replayed"] == 0
    assert events(owner, phone_number_id=stranger, outcome="ignored") == []
    [event] = events(owner, phone_number_id=stranger, outcome="stored")
    [item] = event["items"]
    assert (item["outcome"], item["first_outcome"], item["reason"]) == ("stored", "ignored", None)
    assert item["message_id"] == str(meta.messages()[-1]["id"])
    assert event["replayed_at"] is not None
    assert owner.get(f"/messages/{item['message_id']}").status_code == 200
    # A replay more finds a duplicate; as it stands it is stored.
    assert owner.post(f"/webhook-events/{event['id']}/replay").json["duplicate"] == 1
    assert events(owner, phone_number_id=stranger, outcome="stored")[0]["items"] == [item]
    assert totals(owner, stranger)["ignored"] == {"unknown_number": 1}


def test_pages_of_webhooks_meet_without_a_gap(meta: Meta, text_body: TextBody, owner: Caller) -> None:
    several = text_body()
    several["entry"] += text_body(number=NUMBER_2, waba=WABA_2)["entry"]
    for body in (text_body(), several, text_body(), several, text_body(number=NUMBER_2, waba=WABA_2)):
        assert meta.post(body) == 200
    meta.ingest()
    whole = events(owner)
    assert len(whole) == 4
    assert [row["received_at"] for row in whole] == sorted(
        (row["received_at"] for row in whole), reverse=True
    )
    pages, cursor = [], None
    while True:
        query = {"phone_number_id": NUMBER, "limit": 3} | ({"cursor": cursor} if cursor else {})
        answer = owner.get("/webhook-events", **query)
        pages += answer.json["webhook_events"]
        cursor = answer.json["next_cursor"]
        if cursor is None:
            break
    assert pages == whole
    since = whole[1]["received_at"]
    assert events(owner, since=since) == whole[:2]
    assert events(owner, until=since) == whole[2:]


def test_what_waits_is_shown_to_those_whom_it_is_about(
    meta: Meta, text_body: TextBody, caller: Callable[[UUID], Caller]
) -> None:
    quoting = text_body(number=NUMBER_2, waba=WABA_2, body=f"call {NUMBER}")
    for body in (text_body(), quoting):
        execute(
            "INSERT INTO webhook_events (id, received_at, state, body) VALUES (:id, now(), 'waiting', :body)",
            id=uuid4(),
            body=orjson.dumps(body),
        )
    api = caller(OWNER)
    [event] = events(api, outcome="waiting")
    assert (event["items"], event["state"], event["phone_number_id"]) == ([], "waiting", NUMBER)
    assert api.get(f"/webhook-events/{event['id']}").json["body"]["entry"]
    answer = api.post(f"/webhook-events/{event['id']}/replay")
    assert (answer.status_code, answer.json["code"]) == (409, "webhook_waiting")
    assert caller(OWNER_2).get(f"/webhook-events/{event['id']}").status_code == 404


def test_sends_that_want_attention(
    meta: Meta, queue: Callable[..., Message], owner: Caller, client: FlaskClient
) -> None:
    number = meta.session.get(PhoneNumber, NUMBER)
    assert number is not None
    conversation = make_conversation(meta.session, number)
    error = {"code": 131026, "title": "Message undeliverable", "detail": "…", "retryable": False}
    at = clock.now()
    wanted = [
        queue(conversation, status="failed", status_rank=25, error=error, timestamp=at - timedelta(minutes=n))
        for n in range(3)
    ]
    wanted.append(queue(conversation, status="unknown", status_rank=15, timestamp=at - HOUR))
    queue(conversation, status="sent", status_rank=20)
    meta.session.commit()
    answer = owner.get("/sends/attention", phone_number_id=NUMBER, limit=3)
    assert [row["id"] for row in answer.json["messages"]] == [str(row.id) for row in wanted[:3]]
    assert answer.json["messages"][0]["error"]["code"] == 131026
    # A list of several customers' messages says whose each is.
    assert answer.json["messages"][0]["conversation"] == {
        "id": str(conversation.id),
        **{
            name: getattr(conversation, name)
            for name in ("customer_phone", "customer_user_id", "customer_username", "customer_name")
        },
    }
    rest = owner.get("/sends/attention", phone_number_id=NUMBER, cursor=answer.json["next_cursor"])
    assert [row["id"] for row in rest.json["messages"]] == [str(wanted[3].id)]
    assert rest.json["next_cursor"] is None


def test_what_was_sent_again_says_so(
    meta: Meta, queue: Callable[..., Message], owner: Caller, client: FlaskClient
) -> None:
    number = meta.session.get(PhoneNumber, NUMBER)
    assert number is not None
    conversation = make_conversation(meta.session, number)
    failed = queue(conversation, status="failed", status_rank=25)
    unknown = queue(conversation, status="unknown", status_rank=15, timestamp=clock.now() - HOUR)
    untouched = queue(conversation, status="failed", status_rank=25, timestamp=clock.now() - 2 * HOUR)
    again = [queue(conversation, resend_of=each.id) for each in (failed, unknown)]
    meta.session.commit()
    found = owner.get("/sends/attention", phone_number_id=NUMBER).json["messages"]
    assert [(row["id"], row["resent_as"]) for row in found] == [
        (str(failed.id), str(again[0].id)),
        (str(unknown.id), str(again[1].id)),
        (str(untouched.id), None),
    ]


def test_a_long_replay_is_a_tasks(
    meta: Meta, text_body: TextBody, owner: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_events, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(webhook_events, "SECONDS_AT_A_TIME", -1.0)
    meta.deliver_body(*(text_body() for _ in range(120)))
    answer = owner.post("/webhook-events/replay", {"phone_number_id": NUMBER})
    assert (answer.status_code, answer.json) == (202, {"accepted": True})
    replayed = 0
    while meta.redis.llen("maintenance"):
        message = orjson.loads(meta.redis.rpop("maintenance"))
        assert message["headers"]["task"] == TaskName.REPLAY
        _, arguments, _ = orjson.loads(base64.b64decode(message["body"]))
        replay_task.run(**arguments)
        replayed += 1
    assert replayed == 2  # a hundred, and the rest
    assert meta.rows("SELECT replays, count(*) AS n FROM webhook_events GROUP BY 1") == [
        {"replays": 1, "n": 120}
    ]
    assert ASHA not in str(arguments)

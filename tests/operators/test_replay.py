"""``livechat replay`` and ``livechat failed``: what is run again, and that again changes nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from livechat.domain import clock
from livechat.domain.clock import rfc3339
from livechat.models import Message
from tests.factories import make_account, make_conversation, make_number
from tests.ingest.conftest import NUMBER, NUMBER_2, Meta
from tests.operators.conftest import Run
from tests.sends.conftest import execute

TextBody = Callable[..., dict[str, Any]]
TABLES = ("chat_messages", "chat_conversations", "message_statuses", "message_reactions", "message_changes")


def snapshot(meta: Meta) -> dict[str, list[dict[str, Any]]]:
    """Everything that a customer or an agent could notice; update times are not among it."""
    return {
        table: [
            {name: value for name, value in row.items() if name != "updated_at"}
            for row in meta.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3")
        ]
        for table in TABLES
    }


def ledger(meta: Meta) -> list[dict[str, Any]]:
    return meta.rows("SELECT * FROM webhook_events ORDER BY received_at, id")


def age_by(meta: Meta, event_id: UUID, **ago: float) -> None:
    execute(
        "UPDATE webhook_events SET received_at = :at WHERE id = :id",
        id=event_id,
        at=clock.now() - timedelta(**ago),
    )


def test_again_and_again_the_same(meta: Meta, livechat: Run) -> None:
    meta.deliver(
        "msg-text",
        "msg-reaction",
        "msg-edit-text",
        "status-read",
        "batch-two-numbers",
        "coex-history-threads",
    )
    before, count = snapshot(meta), len(ledger(meta))
    assert before["chat_messages"]
    for n in (1, 2, 3):
        result = livechat("replay", "--since", "1h")
        assert result.exit_code == 0, result.output
        assert result.output.startswith(f"{count} webhooks replayed.")
        assert "duplicate" in result.output
        assert snapshot(meta) == before
        assert {row["replays"] for row in ledger(meta)} == {n}


def test_once_the_number_is_connected_what_was_kept_is_stored(
    meta: Meta, text_body: TextBody, livechat: Run
) -> None:
    stranger = "700000000000001"
    meta.deliver_body(text_body(number=stranger), text_body())
    assert len(meta.messages()) == 1
    make_number(meta.session, make_account(meta.session), phone_number_id=stranger)
    meta.session.commit()
    dry = livechat("replay", "--unknown-number", "--dry-run")
    assert dry.output == "1 webhook would be replayed.\n"
    assert len(meta.messages()) == 1
    result = livechat("replay", "--unknown-number")
    assert result.exit_code == 0
    assert result.output.splitlines()[0] == "1 webhook replayed."
    assert result.output.splitlines()[1].split() == ["stored", "1"]
    assert [row["phone_number_id"] for row in meta.messages()] == [NUMBER, stranger]
    assert livechat("replay", "--unknown-number").output == "No webhook meets this.\n"


def test_what_failed_is_listed_and_mended_by_a_replay(meta: Meta, text_body: TextBody, livechat: Run) -> None:
    meta.deliver_body(text_body(body="very secret words"))
    [event] = ledger(meta)
    # As a fault of ours would have left it.
    items = [{"n": 0, "kind": "ThreadMessage", "number": NUMBER, "outcome": "failed", "reason": "KeyError"}]
    execute("DELETE FROM chat_messages")
    execute(
        "UPDATE webhook_events SET state = 'failed', stored = 0, failed = 1, items = CAST(:items AS jsonb)",
        items=orjson.dumps(items).decode(),
    )
    shown = livechat("failed")
    assert str(event["id"]) in shown.output
    assert "ThreadMessage #0: KeyError" in shown.output
    assert "secret" not in shown.output
    [item] = orjson.loads(livechat("failed", "--json").output)["webhooks"]
    assert item == {
        "event_id": str(event["id"]),
        "received_at": rfc3339(event["received_at"]),
        "n": 0,
        "kind": "ThreadMessage",
        "phone_number_id": NUMBER,
        "reason": "KeyError",
        "replays": 0,
    }
    assert livechat("replay", "--failed").exit_code == 0
    assert [row["text"] for row in meta.messages()] == ["very secret words"]
    assert orjson.loads(livechat("failed", "--json").output)["webhooks_total"] == 0


def test_conditions_narrow_each_other(meta: Meta, text_body: TextBody, livechat: Run) -> None:
    waba_2 = "102290129340398"
    meta.deliver_body(text_body(), text_body(number=NUMBER_2, waba=waba_2), text_body())
    first, second, third = (row["id"] for row in ledger(meta))
    age_by(meta, first, hours=5)
    age_by(meta, second, hours=3)

    def meant(*arguments: str) -> int:
        return int(livechat("replay", "--dry-run", *arguments).output.split()[0])

    assert meant("--since", "4h") == 2
    assert meant("--since", "4h", "--until", "2h") == 1
    assert meant("--until", str(rfc3339(clock.now() - timedelta(hours=4)))) == 1
    assert meant("--number", NUMBER) == 2
    assert meant("--number", NUMBER_2) == 1
    assert meant("--number", NUMBER_2, "--until", "4h") == 0
    assert meant("--id", str(first), "--id", str(third)) == 2
    assert meant("--failed") == 0


def test_a_long_replay_goes_in_batches_and_ends_where_it_began(
    meta: Meta, text_body: TextBody, livechat: Run
) -> None:
    meta.deliver_body(*(text_body() for _ in range(230)))
    result = livechat("replay", "--since", "1h")
    assert result.stdout.splitlines() == ["230 webhooks replayed.", "    duplicate     230"]
    assert {row["replays"] for row in ledger(meta)} == {1}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Say which webhooks: --id"),
        (("--id", "nonsense"), "is not a valid UUID"),
        (("--since", "yesterday"), "“yesterday” is no time: write 2026-11-22T10:00:00Z"),
        (("--since", "1h", "--until", "2h"), "--since must be before --until."),
        (("--id", str(UUID(int=7))), "The ledger has no webhook 00000000-0000-0000-0000-000000000007."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    livechat: Run, arguments: tuple[str, ...], sentence: str
) -> None:
    result = livechat("replay", *arguments)
    assert result.exit_code != 0
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_what_waits_for_its_first_run_is_left_to_the_ingest(meta: Meta, livechat: Run) -> None:
    execute(
        "INSERT INTO webhook_events (id, received_at, state, body) VALUES (:id, now(), 'waiting', '{}')",
        id=(waiting := uuid4()),
    )
    result = livechat("replay", "--id", str(waiting))
    assert result.exit_code == 1
    assert "still waits for its first run" in result.output
    assert livechat("replay", "--since", "1h").output == "No webhook meets this.\n"


def test_failed_sends_show_ids_codes_and_three_digits(
    meta: Meta, queue: Callable[..., Message], livechat: Run
) -> None:
    number = make_number(meta.session)
    conversation = make_conversation(meta.session, number, customer_phone="917755991051")
    error = {"code": 131026, "title": "Message undeliverable", "detail": "…", "retryable": False}
    lost = {"code": None, "title": "Not confirmed by WhatsApp", "detail": "…", "retryable": True}
    failed = queue(
        conversation, "secret words", status="failed", status_rank=25, error=error, failed_at=clock.now()
    )
    unknown = queue(conversation, "secret words", status="unknown", status_rank=15, error=lost)
    queue(conversation, "secret words", status="sent", status_rank=20)
    letters = orjson.loads(livechat("failed", "--json").output)
    assert {send["message_id"]: (send["status"], send["code"], send["to"]) for send in letters["sends"]} == {
        str(failed.id): ("failed", 131026, "…051"),
        str(unknown.id): ("unknown", None, "…051"),
    }
    assert (letters["sends_total"], letters["webhooks_total"]) == (2, 0)
    text = livechat("failed", "--limit", "1").output
    assert "Sends that failed or are unknown: 1 of 2" in text
    for output in (text, orjson.dumps(letters).decode(), livechat("failed").output):
        assert "secret" not in output
        assert "917755991051" not in output

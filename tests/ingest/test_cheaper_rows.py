"""What a batch leaves out of its statements, and what must come out all the same."""

import string
from typing import Any

import pytest
from sqlalchemy import event, text

from livechat.core.extensions import db
from livechat.domain.words.fold import fold
from tests.ingest.conftest import NUMBER, Meta, envelope, make_text_body

WAMID = "wamid.ours"


def status(name: str, at: int) -> dict[str, Any]:
    row = {"id": WAMID, "status": name, "timestamp": str(at), "recipient_id": "917755991051"}
    return envelope(
        {"statuses": [row | {"biz_opaque_callback_data": "theirs", "pricing": {"billable": True}}]}
    )


@pytest.fixture
def sent(meta: Meta) -> Meta:
    """A message of ours that Meta has taken."""
    meta.deliver_body(make_text_body("wamid.1"))
    meta.session.execute(
        text(
            "INSERT INTO chat_messages (id, conversation_id, phone_number_id, wamid, direction, origin, "
            "message_type, content, status, status_rank, timestamp, sent_at) "
            "SELECT gen_random_uuid(), id, :number, :wamid, 'outbound', 'livechat', 'text', '{}', 'sent', 20, "
            "now(), now() FROM chat_conversations"
        ),
        {"number": NUMBER, "wamid": WAMID},
    )
    meta.session.commit()
    return meta


def test_a_status_that_says_nothing_new_is_kept_and_locks_nothing(sent: Meta) -> None:
    statements: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        sent.deliver_body(status("sent", 1795341700))
        assert not any("FOR UPDATE" in each and "FROM chat_messages" in each for each in statements)
        assert (
            sum("FROM chat_messages" in each and "message_statuses" not in each for each in statements) == 1
        )
        sent.deliver_body(status("delivered", 1795341701))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert sum("FROM message_statuses" in each for each in statements) == 1
    [row] = sent.rows("SELECT status FROM chat_messages WHERE wamid = :wamid", wamid=WAMID)
    assert row["status"] == "delivered"
    # As it came, but for what stands in columns. Another app's word has none.
    raws = [row["raw"] for row in sent.rows("SELECT raw FROM message_statuses ORDER BY timestamp")]
    assert [sorted(each) for each in raws] == [
        ["biz_opaque_callback_data", "pricing", "recipient_id", "timestamp"]
    ] * 2


@pytest.mark.parametrize(
    "name",
    [string.printable, "IN.42 'x' I", "Ünïcode STRASSE ß", "\u0627\u0623 ISTANBUL \u0130", "", "Æon \u00e9"],
)
def test_names_fold_in_the_database_as_here(meta: Meta, name: str) -> None:
    [row] = meta.rows("SELECT fold_name(:name) AS one, fold_person(:name, NULL, '49') AS person", name=name)
    assert row == {"one": fold(name), "person": fold(f"{name} 49")}


def test_a_row_says_when_it_was_changed_whoever_changes_it(sent: Meta) -> None:
    past = "SELECT updated_at > now() - interval '1 hour' AS is_new FROM "
    for table in ("chat_conversations", "chat_messages"):
        sent.session.execute(text(f"UPDATE {table} SET updated_at = now() - interval '1 day'"))
        sent.session.commit()
        assert not any(row["is_new"] for row in sent.rows(past + table))
        sent.session.execute(text(f"UPDATE {table} SET phone_number_id = phone_number_id"))
        sent.session.commit()
        assert all(row["is_new"] for row in sent.rows(past + table))

"""Every way in which a message or note comes to say something keeps the words that find it."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from livechat.domain.words.asked import read_query
from livechat.search import fill_words as filling
from livechat.search.fill_words import fill_words
from livechat.whatsapp.searched_text import words_of
from tests.factories import make_conversation, make_message
from tests.kinds.conftest import ASHA, Inbox, _box, inbox
from tests.kinds.test_coexistence import wamid_of

__all__ = ["_box", "inbox"]


def found(inbox: Inbox, query: str, table: str = "chat_messages") -> list[Any]:
    asked = read_query(query)
    assert asked is not None
    of = "text" if table == "chat_messages" else "body"
    rows = inbox.rows(
        f"SELECT {of} AS said FROM {table} WHERE search @@ CAST(:q AS tsquery) ORDER BY id", q=asked.query
    )
    return [row["said"] for row in rows]


def test_what_comes_and_what_is_sent_edited_and_deleted(inbox: Inbox) -> None:
    first = wamid_of(inbox.hears("echo", customer=ASHA, text="O or\u00e7amento."))
    second = wamid_of(inbox.hears("echo", customer=ASHA, text="Orc\u0327amento, n\u00e3o."))
    assert len(found(inbox, "ORCAMENTO")) == 2
    # Whoever sees them finds them with the next request: no task has run meanwhile.
    answer = inbox.call("GET", "/search?q=orcamento&in=messages").json
    assert {hit["message"]["wamid"] for hit in answer["messages"]} == {first, second}
    inbox.hears("echo", customer=ASHA, type="edit", original_message_id=first, text="At seven.")
    inbox.hears("echo", customer=ASHA, type="revoke", original_message_id=second)
    assert found(inbox, "orcamento") == []
    assert found(inbox, "seven") == ["At seven."]
    # Also where the words stay the same, the trigger takes none away.
    inbox.hears("echo", customer=ASHA, type="edit", original_message_id=first, text="at SEVEN!")
    assert found(inbox, "seven") == ["at SEVEN!"]

    inbox.hears("text", customer=ASHA, text="Hi")
    sent = inbox.accepted(to=ASHA, message="Your order AB-1234")
    assert found(inbox, "ab1234") == ["Your order AB-1234"]
    inbox.execute(
        "UPDATE chat_messages SET status = 'failed', status_rank = 25 WHERE id = :id", id=sent["id"]
    )
    again = inbox.call("POST", f"/messages/{sent['id']}/resend", json={})
    assert again.status_code == 202, again.text
    assert len(found(inbox, "ab1234")) == 2

    path = f"/conversations/{sent['conversation_id']}/notes"
    note = inbox.call("POST", path, json={"body": "Paid twice"}).json
    assert found(inbox, "twice", "notes") == ["Paid twice"]
    inbox.call("PATCH", f"/notes/{note['id']}", json={"body": "Paid once", "version": 1})
    assert (found(inbox, "twice", "notes"), found(inbox, "once", "notes")) == ([], ["Paid once"])
    inbox.call("DELETE", f"/notes/{note['id']}")
    assert found(inbox, "once", "notes") == []
    assert inbox.rows("SELECT id FROM chat_messages WHERE search IS NULL") == []


@pytest.mark.parametrize(
    ("kind", "content", "query"),
    [
        ("document", {"document": {"caption": "Here", "filename": "Rechnung_2026.pdf"}}, "rechnung 2026 pdf"),
        ("location", {"location": {"name": "Asha's", "address": "MG Road"}}, "ashas road"),
        (
            "contacts",
            {
                "contacts": [
                    {"name": {"formatted_name": "Zo\u00eb"}, "phones": [{"phone": "+91 98765 43210"}]}
                ]
            },
            "zoe 9876543210",
        ),
        (
            "interactive",
            {
                "interactive": {
                    "type": "list_reply",
                    "list_reply": {"id": "x1", "title": "Cake", "description": "rye"},
                }
            },
            "rye cake",
        ),
        (
            "template",
            {"template": {"name": "n"}, "rendered": {"body": "B", "buttons": [{"text": "Pay"}]}},
            "pay",
        ),
    ],
)
def test_what_is_read_beside_the_text_finds_a_message(kind: str, content: dict[str, Any], query: str) -> None:
    asked = read_query(query)
    assert asked is not None
    known = words_of("Here", content)
    assert "here" in known
    assert "x1" not in known
    for lexeme in asked.query.replace("(", "").split(" & "):
        assert lexeme.split("'")[1] in known


def test_older_rows_and_those_of_the_previous_release_are_looked_at_later(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    session: scoped_session[Session] = inbox.session
    conversation = make_conversation(session)
    made = [make_message(session, conversation, text=f"cake {n}", search=None) for n in range(5)]
    known = make_message(session, conversation, text="cake known")
    session.execute(
        text(
            "INSERT INTO notes (id, conversation_id, author_id, body) SELECT gen_random_uuid(), :id, :id, 'cake'"
        ),
        {"id": conversation.id},
    )
    ids = [each.id for each in (*made, known)]
    session.commit()
    monkeypatch.setattr(filling, "STEP", 2)
    assert found(inbox, "cake") == ["cake known"]
    # The worker dies after a step, and goes on later.
    monkeypatch.setattr(filling, "TURN_S", 0)
    fill_words(session)
    assert sorted(found(inbox, "cake")) == ["cake 3", "cake 4", "cake known"]
    monkeypatch.setattr(filling, "TURN_S", 60)
    fill_words(session)
    assert (len(found(inbox, "cake")), found(inbox, "cake", "notes")) == (6, ["cake"])
    # As the previous release edits and deletes.
    session.execute(text("UPDATE chat_messages SET text = 'pie' WHERE id = :id"), {"id": ids[0]})
    session.execute(
        text("UPDATE chat_messages SET text = NULL, content = '{}' WHERE id = :id"), {"id": ids[5]}
    )
    session.commit()
    assert (len(found(inbox, "cake")), found(inbox, "pie")) == (4, [])
    assert fill_words(session) == 2
    assert (len(found(inbox, "cake")), found(inbox, "pie")) == (4, ["pie"])
    assert fill_words(session) == 0

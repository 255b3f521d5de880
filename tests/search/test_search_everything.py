"""``GET /search``: all history, the newest first, page by page, and only what the reader sees."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session, scoped_session

from livechat.core.extensions import db
from livechat.domain.words.asked import read_query
from livechat.domain.words.tokens import tokens
from livechat.models import Conversation, ConversationWatcher, Note
from livechat.search import search_everything
from livechat.search.fill_words import fill_words
from livechat.search.queries import message_hits, people_hits
from livechat.search.queries.reach import AT_ONCE, Reach, end_limit, limit_time
from livechat.search.queries.walking import Found, Pace, Rest, find
from livechat.search.schemas import SearchSchema
from livechat.web.paging import Mark
from tests.factories import make_account, make_conversation, make_message, make_number
from tests.team.conftest import Team

Call = Callable[..., Any]
AnySession = scoped_session[Session]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def searched(call: Call, user: UUID, q: str, **query: Any) -> Any:
    answer = call(user, "GET", "/search", query_string={"q": q, **query})
    assert answer.status_code == 200, answer.text
    return answer.json


def said(answer: Any) -> list[str]:
    return [hit["message"]["text"] for hit in answer["messages"]]


def write_note(session: AnySession, conversation: Conversation, body: str) -> None:
    session.add(
        Note(
            conversation_id=conversation.id,
            author_id=uuid4(),
            body=body,
            search=tokens(body),
            created_at=NOON,
        )
    )
    session.flush()


def test_messages_people_and_notes_and_where_the_words_stand(
    session: AnySession, team: Team, call: Call
) -> None:
    chat = make_conversation(
        session, team.numbers[0], customer_name="Jose\u0301 Or\u00e7a", customer_phone="5511987654321"
    )
    for n, body in enumerate(
        ("O ORC\u0327AMENTO \U0001f600 est\u00e1 pronto?", "\U0001f600 or\u00e7amento", "pronto")
    ):
        make_message(session, chat, text=body, timestamp=NOON + timedelta(minutes=n))
    file = {"document": {"filename": "orcamento.pdf"}}
    make_message(
        session, chat, text="Aqui", message_type="document", content=file, timestamp=NOON + timedelta(hours=1)
    )
    write_note(session, chat, "Falta o or\u00e7amento")
    chat_id = str(chat.id)
    session.commit()
    counts = []
    for q in ("orcamento", "OR\u00c7AMENTO", "orc\u0327amen"):
        found = searched(call, team.owner, q)
        assert SearchSchema().validate(found) == {}
        counts.append(len(found["messages"]))
        assert said(found) == [
            "Aqui",
            "\U0001f600 or\u00e7amento",
            "O ORC\u0327AMENTO \U0001f600 est\u00e1 pronto?",
        ]
        assert [hit["conversation"]["id"] for hit in found["messages"]] == [chat_id] * 3
        assert [hit["note"]["body"] for hit in found["notes"]] == ["Falta o or\u00e7amento"]
        assert (found["people"], found["next_cursor"], found["partial"]) == ([], None, False)
    assert counts == [3, 3, 3]
    found = searched(call, team.owner, "orcamento pronto")
    [hit] = found["messages"]
    assert hit["spans"] == [[2, 12], [21, 27]]
    assert searched(call, team.owner, "orcamento")["messages"][0]["spans"] == []
    assert searched(call, team.owner, "orca")["notes"][0]["spans"] == [[8, 12]]
    for q in ("jose", "JOS\u00c9 orca", "87654321", "+55 11 98765-4321"):
        assert [each["id"] for each in searched(call, team.owner, q)["people"]] == [chat_id], q
    found = searched(call, team.owner, "orcamento", **{"in": "notes,people"})
    assert (len(found["messages"]), len(found["notes"])) == (0, 1)
    day = {"from": "2026-11-20T12:01:00Z", "to": "2026-11-20T12:30:00Z"}
    assert said(searched(call, team.owner, "orcamento", **day)) == ["\U0001f600 or\u00e7amento"]
    assert said(searched(call, team.owner, "orcamento", to="2026-11-20")) == []
    assert len(said(searched(call, team.owner, "orcamento", **{"from": "2026-11-20"}))) == 3


def test_who_is_named_in_a_note_is_no_word_of_it(session: AnySession, team: Team, call: Call) -> None:
    """An id stands in the text in place of a name, which nobody typed."""
    chat, named = str(make_conversation(session, team.numbers[0]).id), team.member()
    other = "0198c0de-0000-7000-8000-00000000feed"
    session.commit()
    body = f"Paid @[{named}]@[{other}] \u20ac12"
    note = call(
        team.owner,
        "POST",
        f"/conversations/{chat}/notes",
        json={"body": body, "mentions": [{"user_id": str(named)}]},
    ).json

    def found(q: str) -> list[Any]:
        return [hit["spans"] for hit in searched(call, team.owner, q, **{"in": "notes"})["notes"]]

    at, like = body.index("12", body.index("\u20ac")), body.index(other)
    # What only looks like a mention was typed.
    assert found("12 paid") == [[[0, 4], [at, at + 2]]]
    assert found(other[:8]) == [[[like, like + 8]]]
    as_before = tokens(body)
    for words in (tokens(f"Paid  @[{other}] \u20ac12"), as_before):
        [row] = session.execute(text("SELECT tsvector_to_array(search) FROM notes"))
        assert sorted(row[0]) == sorted(words)
        assert found(str(named)[:8]) == []
        # As it was kept before ids were left out; and as the task keeps what it has not seen.
        session.execute(
            text("UPDATE notes SET search = array_to_tsvector(CAST(:words AS text[]))"), {"words": as_before}
        )
        session.commit()
    session.execute(text("UPDATE notes SET search = NULL"))
    session.commit()
    fill_words(session)
    edited = {"body": body + " now", "version": note["version"]}
    for _ in range(2):
        [row] = session.execute(text("SELECT tsvector_to_array(search) FROM notes"))
        assert other[:8] in row[0]
        assert str(named)[:8] not in row[0]
        assert call(team.owner, "PATCH", f"/notes/{note['id']}", json=edited).status_code == 200
    assert found("now") != []


@pytest.mark.parametrize("rest", list(Rest), ids=lambda rest: rest.name.lower())
def test_all_history_comes_page_by_page(
    session: AnySession, team: Team, call: Call, monkeypatch: pytest.MonkeyPatch, rest: Rest
) -> None:
    """All ways find the same: by the index of words, back through slices of every number, and by both."""
    pace = Pace(first=2, growth=1, far=0, beside=3)
    monkeypatch.setattr(message_hits, "PACE", pace)
    monkeypatch.setattr(people_hits, "PACE", pace)
    monkeypatch.setattr(message_hits.MessageWays, "rest", lambda _: rest)
    monkeypatch.setattr(people_hits.PeopleWays, "rest", lambda _: rest)
    chats = [make_conversation(session, number) for number in (team.numbers[0], team.number())]
    random, expected = Random(5), []
    for n in range(40):
        # Many of one second, in two numbers, and pairs that only the recheck tells apart.
        at = NOON + timedelta(seconds=n // 9)
        body = random.choice(("\u6771\u4eac\u90fd", "\u6771\u4eac\u3068\u4eac\u90fd", "nothing"))
        message = make_message(session, random.choice(chats), text=body, timestamp=at)
        if body == "\u6771\u4eac\u90fd":
            expected.append((at, message.seq, str(message.id)))
    names = []
    for n in range(20):
        name = random.choice(("\u6771\u4eac\u90fd", "Tokyo"))
        at = NOON - timedelta(seconds=n // 4)
        person = make_conversation(
            session, random.choice(team.numbers), customer_name=name, last_message_time=at
        )
        if name != "Tokyo":
            names.append((at, str(person.id)))
    session.commit()
    found: list[str] = []
    people: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = searched(call, team.owner, "\u6771\u4eac\u90fd", limit=4, cursor=cursor)
        found += [hit["message"]["id"] for hit in answer["messages"]]
        people += [each["id"] for each in answer["people"]]
        cursor = answer["next_cursor"]
    assert people == [each[1] for each in sorted(names, reverse=True)]
    assert found == [each[2] for each in sorted(expected, reverse=True)]
    refused = call(team.owner, "GET", "/search", query_string={"q": "other", "cursor": "bTox"})
    assert refused.status_code == 422


def test_nobody_finds_what_they_do_not_see(
    session: AnySession, team: Team, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of every member whatever is found, on all pages, is what the single route shows them."""
    # Each way has its turn, from page to page.
    ways = cycle([Rest.BY_BOTH, Rest.WALK, Rest.BY_INDEX])
    for hits, each in ((message_hits, message_hits.MessageWays), (people_hits, people_hits.PeopleWays)):
        monkeypatch.setattr(hits, "PACE", Pace(first=2, growth=1, far=0, beside=3))
        monkeypatch.setattr(each, "rest", lambda _: next(ways))
    random = Random(7)
    other = team.number()
    stranger = make_account(session)
    hidden = make_conversation(session, make_number(session, stranger), customer_name="Cake Shop")
    sales = team.team("Sales")
    members = [
        team.owner,
        team.member("viewer"),
        team.member(visibility="own"),
        team.member(visibility="team"),
    ]
    members.append(team.member(numbers=[other.phone_number_id]))
    members.append(team.member(numbers=[other.phone_number_id], visibility="own"))
    session.execute(
        text("INSERT INTO team_members (team_id, user_id, workspace_id) VALUES (:team, :user, :workspace)"),
        {"team": sales, "user": members[3], "workspace": team.workspace_id},
    )
    chats = [hidden]
    for n in range(14):
        chat = make_conversation(
            session,
            random.choice([team.numbers[0], other]),
            customer_name=f"Cake {n}",
            assignee_id=random.choice([None, *members]),
            team_id=random.choice([None, sales]),
        )
        if random.random() < 0.3:
            session.add(ConversationWatcher(conversation_id=chat.id, user_id=random.choice(members)))
        chats.append(chat)
    for chat in chats:
        make_message(session, chat, text="One cake")
        write_note(session, chat, "No cake")
    ids = [str(chat.id) for chat in chats]
    session.commit()
    for member in (*members, stranger.user_id, uuid4()):
        sees = {id_ for id_ in ids if call(member, "GET", f"/conversations/{id_}").status_code == 200}
        found: dict[str, list[str]] = {"messages": [], "people": [], "notes": []}
        cursor: str | None = ""
        while cursor is not None:
            answer = searched(call, member, "cake", limit=6, cursor=cursor)
            found["people"] += [each["id"] for each in answer["people"]]
            for kind in ("messages", "notes"):
                found[kind] += [hit["conversation"]["id"] for hit in answer[kind]]
            cursor = answer["next_cursor"]
        assert {k: sorted(v) for k, v in found.items()} == dict.fromkeys(found, sorted(sees)), member
    assert call(team.owner, "GET", "/search?q=a&phone_number_id=1").status_code == 404
    assert call(team.owner, "GET", f"/search?q=a&workspace_id={uuid4()}").status_code == 404
    here = searched(call, team.owner, "cake", phone_number_id=other.phone_number_id)
    assert {each["phone_number_id"] for each in here["people"]} == {other.phone_number_id}


def test_junk_is_answered(team: Team, call: Call) -> None:
    for junk in (
        "a & | ! ( : * ' \\",
        "a'b:*",
        "'",
        "\\",
        "%_",
        "\ufffd",
        "<->",
        "a" * 200,
        "\u6f22" * 200,
        "\ufdfa" * 200,
    ):
        assert searched(call, team.owner, junk)["messages"] == []
    for query in (
        {"q": "x" * 10_000},
        {"q": ""},
        {},
        {"q": "a\x00b"},
        {"q": "a", "in": "files"},
        {"q": "a", "in": ""},
        {"q": "a", "from": "soon"},
        {"q": "a", "to": "0001-01-01T00:00:00+23:59"},
        {"q": "a", "limit": 201},
        {"q": "a", "cursor": "x"},
        {"q": "a", "of": "b"},
    ):
        refused = call(team.owner, "GET", "/search", query_string=query)
        assert (refused.status_code, refused.json["code"]) == (422, "validation_failed"), query
    assert call(team.owner, "GET", "/search?q=%ED%A0%80a%FF").status_code == 200


def test_what_takes_too_long_is_answered_as_far_as_it_came(
    session: AnySession, team: Team, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = make_conversation(session, team.numbers[0], customer_name="Cake")
    make_message(session, chat, text="cake")
    write_note(session, chat, "cake")
    session.commit()
    monkeypatch.setattr(search_everything, "BUDGET_S", 0.2)
    with db.engine.begin() as other:
        other.execute(text("LOCK TABLE notes"))
        answer = searched(call, team.owner, "cake")
        session.rollback()
    assert answer["partial"] is True
    assert (len(answer["people"]), answer["notes"]) == (1, [])
    monkeypatch.undo()
    rest = searched(call, team.owner, "cake", cursor=answer["next_cursor"])
    assert (rest["partial"], len(rest["notes"]), rest["people"], rest["next_cursor"]) == (False, 1, [], None)
    assert len(answer["messages"]) + len(rest["messages"]) == 1


def test_no_more_than_a_few_of_one_user_run_at_once(session: AnySession, team: Team, call: Call) -> None:
    others = [db.engine.connect() for _ in range(AT_ONCE)]
    try:
        for n, other in enumerate(others):
            other.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(:key, :n))"),
                {"key": f"livechat search {team.owner}", "n": n},
            )
        refused = call(team.owner, "GET", "/search?q=a")
        assert (refused.status_code, refused.json["code"]) == (429, "rate_limited")
        assert int(refused.headers["Retry-After"]) >= 1
        session.rollback()
        assert call(team.member(), "GET", "/search?q=a").status_code == 200
    finally:
        for other in others:
            other.close()
    session.rollback()
    assert call(team.owner, "GET", "/search?q=a").status_code == 200


def test_a_beginning_that_few_have_is_found_in_few_steps(session: AnySession, team: Team, call: Call) -> None:
    """Statistics know nothing of beginnings: conversations are not all read to be joined with a hit or two."""
    for _ in range(50):
        make_conversation(session, team.numbers[0])
    session.flush()
    session.execute(
        text(
            "INSERT INTO chat_messages (id, conversation_id, phone_number_id, wamid, direction, origin, "
            "message_type, text, content, status, status_rank, counts_unread, timestamp, search) "
            "SELECT gen_random_uuid(), c.id, c.phone_number_id, 'wamid.' || word, 'inbound', 'customer', "
            "'text', word, '{}', 'received', 0, true, now() - n * interval '1 minute', "
            "array_to_tsvector(ARRAY[word]) "
            "FROM (SELECT *, row_number() OVER () AS c FROM chat_conversations) c "
            "CROSS JOIN generate_series(1, 60) n "
            "CROSS JOIN LATERAL (SELECT CAST(9190000 + c.c * 60 + n AS text) AS word) w"
        )
    )
    session.commit()
    session.execute(text("ANALYZE chat_conversations, chat_messages"))
    session.commit()
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _k: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        found = said(searched(call, team.owner, "8", **{"in": "messages,notes"}))
        found += said(searched(call, team.owner, "9190070", **{"in": "messages,notes"}))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert found == ["9190070"]
    # A limit is set anew where one kind took its time.
    search = [each for each in asked if each[0].count("set_config") != 1]
    begins = [n for n, each in enumerate(search) if each[0].startswith("SELECT current_setting")]
    ends = [n for n, each in enumerate(search) if each[0].startswith("SELECT set_config")]
    # A slice, how frequent the words are, the index, the notes, the release.
    assert [end - begin for begin, end in zip(begins, ends, strict=True)] == [5, 5]
    assert "@@" in search[begins[1] + 3][0]
    session.rollback()
    join = text(
        "EXPLAIN SELECT FROM chat_messages m JOIN chat_conversations c ON c.id = m.conversation_id "
        "WHERE m.seq > 0"
    )
    assert "Hash Join" in "\n".join(session.scalars(join))
    former = limit_time(session, 2.0)
    assert "Nested Loop" in "\n".join(session.scalars(join))
    end_limit(session, former)
    assert "Hash Join" in "\n".join(session.scalars(join))
    assert session.scalar(text("SHOW statement_timeout")) == former["statement_timeout"] == "0"
    session.rollback()


def test_the_index_is_asked_for_as_much_as_it_says_soon(
    session: AnySession, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A beginning that very many words have takes it as long as all of these words together."""
    few, many = message_hits.COMMON, message_hits.MOST_BESIDE + 1
    expected = {
        "'order'": many,
        "'7'": few + 1,
        "'order' & '7'": few + 1,
        "'7' & 'order'": few + 1,
        "'x'": few,
    }
    monkeypatch.setattr(message_hits.MessageWays, "_expected", lambda _, query: expected[query])
    asked = {"x": Rest.BY_INDEX, "7": Rest.WALK, "order 7": Rest.WALK, "7 order": Rest.BY_BOTH}
    for q, rest in asked.items():
        query = read_query(q)
        assert query is not None
        assert message_hits.MessageWays(session, Reach(()), query, 51).rest() is rest, q


def test_slices_grow_so_far_and_no_further() -> None:
    """A slice is read whole: a long one would cost a page its time, however soon the page is full."""
    sizes: list[int] = []
    rests: list[Rest] = []

    class Common:
        def walk(self, place: Mark, size: int) -> Found:
            sizes.append(size)
            return Found([], Mark(NOON, 0) if len(sizes) < 6 else None)

        by_both = walk

        def by_index(self, place: Mark) -> Found:
            raise AssertionError("never all of it")

        def rest(self) -> Rest:
            rests.append(rest)
            return rest

    for rest, expected in ((Rest.WALK, [2, 6, 18, 20, 20, 20]), (Rest.BY_BOTH, [2, 50, 100, 200, 400, 500])):
        pace = Pace(first=2, growth=3, far=0, longest=20, beside=50, farthest=500)
        list(find(Common(), search_everything.START, 50, pace))
        assert sizes == expected
        # Statistics are asked once.
        assert rests == [rest]
        sizes.clear()
        rests.clear()

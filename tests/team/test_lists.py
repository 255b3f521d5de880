"""The inbox, narrowed and sorted in every way: what a plain filter finds, once each, at any depth."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from livechat.conversations.ornaments import all_shown
from livechat.domain import clock
from livechat.domain.service_window import is_window_open, window_end
from livechat.domain.visibility import Audience, Sight, Visibility
from livechat.inbox.find_inbox import find_inbox
from livechat.inbox.inbox_filter import CLOSING_WITHIN, Sort, Unread
from livechat.inbox.queries import inbox_conditions
from livechat.inbox.queries.inbox_pages import inbox_page
from livechat.models import (
    Conversation,
    ConversationLabel,
    ConversationRead,
    ConversationWatcher,
    Label,
    TeamMember,
    WorkspaceMember,
)
from tests.factories import make_conversation, make_message
from tests.team.conftest import DbSession, Team

Call = Callable[..., Any]
HOUR = timedelta(hours=1)


@dataclass
class Member:
    row: WorkspaceMember
    sight: Sight


class Office:
    """Two workspaces with some people in both, and conversations in every state."""

    def __init__(self, session: DbSession, rng: Random) -> None:
        self.session, self.rng, self.now = session, rng, clock.now()
        self.teams: list[UUID] = []
        self.labels: list[UUID] = []
        self.members: dict[UUID, list[Member]] = {}
        self.workspaces = [Team(session) for _ in range(2)]
        self.numbers: dict[str, UUID] = {}
        both = uuid4()
        self.conversations: list[Conversation] = []
        for place in self.workspaces:
            place.number()
            self._people(place, both)
        session.commit()
        self.watchers = _sets(session, ConversationWatcher.conversation_id, ConversationWatcher.user_id)
        self.worn = _sets(session, ConversationLabel.conversation_id, ConversationLabel.label_id)
        self.reads = {
            (each.user_id, each.conversation_id): each.read_seq
            for each in session.scalars(select(ConversationRead))
        }

    def _people(self, place: Team, both: UUID) -> None:
        rng, session = self.rng, self.session
        numbers = [each.phone_number_id for each in place.numbers]
        self.numbers |= dict.fromkeys(numbers, place.workspace_id)
        chosen: dict[UUID, list[str] | None] = {}
        for visibility in [*Visibility, rng.choice(list(Visibility))]:
            only = rng.choice([None, None, numbers[:1]])
            user = place.member(visibility=str(visibility), numbers=only, read_floor_seq=rng.choice([0, 40]))
            chosen[user] = only
        row = session.get_one(WorkspaceMember, (place.workspace_id, user))
        session.add(
            WorkspaceMember(
                workspace_id=place.workspace_id, user_id=both, role="agent", visibility=row.visibility
            )
        )
        session.flush()
        chosen[both] = None
        teams = [place.team(f"team {n}", *rng.sample(list(chosen), 2)) for n in range(2)]
        self.teams += teams
        for user, only in chosen.items():
            member = session.get_one(WorkspaceMember, (place.workspace_id, user))
            own = session.scalars(select(TeamMember.team_id).where(TeamMember.user_id == user))
            seen = frozenset(numbers if only is None else only)
            sight = Sight(user, Visibility(member.visibility), seen, frozenset(own))
            self.members.setdefault(user, []).append(Member(member, sight))
        labels = [_label(session, place, f"label {n}") for n in range(2)]
        self.labels += labels
        for _ in range(45):
            self._conversation(place, list(chosen), teams, labels)

    def _conversation(self, place: Team, people: list[UUID], teams: list[UUID], labels: list[UUID]) -> None:
        rng, session = self.rng, self.session
        # Whole hours, so that many are equal, and the half, so that none is on the border.
        heard = rng.choice([None, *[self.now - (n + 0.5) * HOUR for n in (0, 5, 21, 22, 22, 23, 23, 24, 30)]])
        status = rng.choice(["open", "open", "snoozed", "resolved"])
        made = make_conversation(
            session,
            rng.choice(place.numbers),
            last_message_id=uuid4() if rng.random() < 0.9 else None,
            last_message_time=self.now - rng.randrange(8) * HOUR,
            last_inbound_at=heard,
            window_refused_at=rng.choice([None, None, self.now - 1.2 * HOUR, self.now - 26 * HOUR]),
            gone_at=rng.choice([None] * 9 + [self.now]),
            begun_silently=rng.random() < 0.5,
            assignee_id=rng.choice([None, *people]),
            team_id=rng.choice([None, *teams]),
            status=status,
            snooze_kind="reply" if status == "snoozed" else None,
            waiting_since=rng.choice([None, self.now - rng.randrange(6) * HOUR]),
            unread_count=rng.choice([0, 0, 2]),
            last_counted_seq=rng.choice([0, 30, 50, 70]),
        )
        for user in people:
            if rng.random() < 0.15:
                session.add(ConversationWatcher(conversation_id=made.id, user_id=user))
            if rng.random() < 0.5:
                seq = rng.choice([30, 60])
                session.add(
                    ConversationRead(user_id=user, conversation_id=made.id, read_seq=seq, read_total=1)
                )
        for label in labels:
            if rng.random() < 0.4:
                session.add(ConversationLabel(conversation_id=made.id, label_id=label, added_by=people[0]))
        self.conversations.append(made)

    def query(self, user: UUID) -> dict[str, Any]:
        """Anything that may be asked, as the schema loads it."""
        rng = self.rng
        places = {each.row.workspace_id: each for each in self.members[user]}
        workspace = rng.choice(list(places))
        seen = places[workspace].sight.numbers
        choices: dict[str, Any] = {
            "workspace_id": str(workspace),
            "phone_number_id": rng.choice(sorted(seen or ())),
            "status": rng.choice(["open", "snoozed", "resolved"]),
            "label": rng.sample([str(each) for each in self._of(places, self.labels)], rng.choice([1, 2])),
            "waiting": rng.choice([True, False]),
            "unread": rng.choice(list(Unread)),
            "window": rng.choice(["open", "closing", "closed"]),
        }
        named = ["status", "label", "waiting", "unread", "window", "workspace_id", "phone_number_id"]
        query = {name: choices[name] for name in rng.sample(named, rng.choice([0, 1, 1, 2, 3]))}
        teams = [f"team:{each}" for each in self._of(places, self.teams)]
        scope = rng.choice(["all", "all", "mine", "unassigned", "watching", rng.choice(teams)])
        if "phone_number_id" in query or "workspace_id" in query:
            # What is named has to be of the same workspace.
            scope = scope if not scope.startswith("team:") else "all"
            query.pop("label", None)
        return {"label": [], **query, "scope": scope}

    def _of(self, places: dict[UUID, Member], ids: list[UUID]) -> list[UUID]:
        half = len(ids) // 2
        both = zip(self.workspaces, (ids[:half], ids[half:]), strict=True)
        return [each for place, some in both if place.workspace_id in places for each in some]

    def wanted(self, user: UUID, query: dict[str, Any], sort: Sort) -> list[UUID]:
        """What the list has to be, by a plain filter."""
        found = [each for each in self.conversations if self._fits(user, query, each)]
        return [each.id for each in sorted(found, key=lambda each: self._key(each, sort))]

    def _key(self, each: Conversation, sort: Sort) -> tuple[int, float, int]:
        latest = (1, -each.last_message_time.timestamp(), -each.id.int)
        if sort is Sort.WAITING and each.waiting_since is not None:
            return (0, each.waiting_since.timestamp(), each.id.int)
        if sort is Sort.CLOSING and (end := self._closes(each)) is not None:
            return (0, end.timestamp(), each.id.int)
        return latest

    def _closes(self, each: Conversation) -> datetime | None:
        heard, refused = each.last_inbound_at, each.window_refused_at
        if each.gone_at is not None or not is_window_open(heard, refused, self.now):
            return None
        return window_end(heard, refused)

    def _fits(self, user: UUID, query: dict[str, Any], each: Conversation) -> bool:
        workspace = self.numbers[each.phone_number_id]
        member = next((m for m in self.members[user] if m.row.workspace_id == workspace), None)
        if member is None:
            return False
        watchers = frozenset(self.watchers.get(each.id, set()))
        audience = Audience(each.phone_number_id, each.assignee_id, each.team_id, watchers)
        end, scope = self._closes(each), query["scope"]
        windows = {"closed"} if end is None else {"open"}
        if end is not None and end - self.now < CLOSING_WITHIN:
            windows.add("closing")
        read_seq = self.reads.get((user, each.id), member.row.read_floor_seq)
        return (
            member.sight.sees(audience)
            and (
                each.last_message_id is not None
                or (each.last_inbound_at is not None and not each.begun_silently)
            )
            and query.get("workspace_id", str(workspace)) == str(workspace)
            and query.get("phone_number_id", each.phone_number_id) == each.phone_number_id
            and query.get("status", each.status) == each.status
            and {UUID(label) for label in query["label"]} <= self.worn.get(each.id, set())
            and query.get("waiting", each.waiting_since is not None) == (each.waiting_since is not None)
            and (query.get("unread") is not Unread.SHARED or each.unread_count > 0)
            and (query.get("unread") is not Unread.MINE or each.last_counted_seq > read_seq)
            and ("window" not in query or query["window"] in windows)
            and (scope != "mine" or each.assignee_id == user)
            and (scope != "unassigned" or each.assignee_id is None)
            and (scope != "watching" or user in watchers)
            and (not scope.startswith("team:") or scope == f"team:{each.team_id}")
        )


def _sets(session: DbSession, key: Any, value: Any) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = {}
    for one, other in session.execute(select(key, value)):
        found.setdefault(one, set()).add(other)
    return found


def _label(session: DbSession, place: Team, name: str) -> UUID:
    label = Label(
        workspace_id=place.workspace_id,
        name=name,
        colour="#b91c1c",
        created_by=place.owner,
        request_digest=b"",
    )
    session.add(label)
    session.flush()
    return label.id


def _paged(
    session: DbSession, user: UUID, query: dict[str, Any], sort: Sort, limit: int, now: datetime
) -> list[UUID]:
    views, wanted = find_inbox(session, user, query)
    found: list[UUID] = []
    behind = None
    shown = all_shown(first=2)
    while page := inbox_page(
        session, views, wanted, sort, shown, user_id=user, limit=limit, asked_at=now, behind=behind
    ):
        found += [row[1] for row, _ in page]
        behind = page[-1][1]
    return found


@pytest.mark.parametrize("seed", range(2))
def test_any_list_is_what_a_plain_filter_finds_in_its_order(
    session: DbSession, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = Random(seed)
    office = Office(session, rng)
    some = 0
    for draw in range(60):
        # A label leads to its conversations, or is looked for along the way.
        monkeypatch.setattr(inbox_conditions, "FEW", rng.choice([0, 1000]))
        user, sort = rng.choice(list(office.members)), rng.choice(list(Sort))
        query = office.query(user)
        found = _paged(session, user, query, sort, rng.choice([3, 7, 200]), office.now)
        assert found == office.wanted(user, query, sort), (draw, query, sort)
        some += bool(found)
    assert some > 20


@pytest.mark.parametrize("sort", [each.value for each in Sort])
def test_nothing_is_missed_nor_shown_twice_while_messages_come(
    session: DbSession, team: Team, call: Call, sort: str
) -> None:
    rng, now = Random(1), clock.now()
    second = team.number()
    made = [
        make_conversation(
            session,
            rng.choice([team.numbers[0], second]),
            last_message_id=uuid4(),
            last_message_time=now - rng.randrange(20) * HOUR,
            last_inbound_at=now - rng.randrange(30) * HOUR - 0.5 * HOUR,
            waiting_since=rng.choice([None, now - rng.randrange(9) * HOUR]),
        )
        for _ in range(60)
    ]
    session.commit()
    ids, touched = [str(each.id) for each in made], set[str]()
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 9, "sort": sort}
    while True:
        page = call(team.owner, "GET", "/conversations", query_string=query).json
        seen += [each["id"] for each in page["conversations"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
        for at in rng.sample(range(len(made)), 4):
            touched.add(ids[at])
            make_message(session, made[at])
            made[at].last_inbound_at = clock.now()
            made[at].waiting_since = rng.choice([None, made[at].waiting_since, clock.now()])
        # Somebody new is no conversation that could be missed.
        make_message(session, make_conversation(session, second))
        session.commit()
    still = [each for each in seen if each in ids and each not in touched]
    assert sorted(still) == sorted(set(ids) - touched)
    assert len(touched) < 40


def test_a_cursor_serves_the_list_that_it_was_made_for_alone(
    session: DbSession, team: Team, call: Call
) -> None:
    for _ in range(3):
        make_message(session, make_conversation(session, team.numbers[0]))
    session.commit()
    number = team.numbers[0].phone_number_id

    def listed(**query: Any) -> Any:
        return call(team.owner, "GET", "/conversations", query_string={"phone_number_id": number, **query})

    cursor = listed(limit=1).json["next_cursor"]
    assert len(listed(limit=2, cursor=cursor, user_id=team.owner).json["conversations"]) == 2
    others: list[dict[str, str]] = [
        {"sort": "waiting"},
        {"scope": "mine"},
        {"status": "open"},
        {"waiting": "true"},
        {"workspace_id": str(team.workspace_id)},
    ]
    for other in others:
        answer = listed(cursor=cursor, **other)
        assert (answer.status_code, answer.json["code"]) == (422, "validation_failed"), other


def test_what_is_not_understood_is_422_and_what_is_not_theirs_404(
    session: DbSession, team: Team, call: Call
) -> None:
    other = Team(session)
    theirs = {
        "team": other.team("sales"),
        "label": _label(session, other, "vip"),
        "number": other.numbers[0].phone_number_id,
    }
    own = team.team("support")
    make_message(session, make_conversation(session, team.numbers[0], team_id=own, last_counted_seq=9))
    session.commit()
    number = team.numbers[0].phone_number_id
    cases: list[tuple[dict[str, Any], int]] = [
        ({}, 200),
        ({"scope": f"team:{own}", "status": "open", "sort": "closing", "window": "open"}, 200),
        ({"workspace_id": team.workspace_id, "phone_number_id": number, "unread": "mine"}, 200),
        ({"scope": "theirs"}, 422),
        ({"scope": ""}, 422),
        ({"status": "done"}, 422),
        ({"waiting": "perhaps"}, 422),
        ({"unread": "theirs"}, 422),
        ({"window": "ajar"}, 422),
        ({"sort": "oldest"}, 422),
        ({"colour": "red"}, 422),
        ({"scope": f"team:{theirs['team']}"}, 404),
        ({"scope": "team:"}, 404),
        ({"label": [str(theirs["label"])]}, 404),
        ({"workspace_id": other.workspace_id}, 404),
        ({"workspace_id": "x"}, 404),
        ({"phone_number_id": theirs["number"]}, 404),
        ({"workspace_id": other.workspace_id, "phone_number_id": number}, 404),
    ]
    for query, status in cases:
        answer = call(team.owner, "GET", "/conversations", query_string=query)
        assert answer.status_code == status, query
        if status == 200:
            assert len(answer.json["conversations"]) == 1
    assert call(uuid4(), "GET", "/conversations").json == {"conversations": [], "next_cursor": None}

"""Who is there, who looks at what, and what members choose: chapter E. The clock is the test's own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import select

from livechat.domain import clock
from livechat.domain.clock import rfc3339
from livechat.live import ephemeral
from livechat.live import event_log as logs
from livechat.live.ephemeral import Ephemeral
from livechat.models import AvailabilityChange, WorkspaceMember
from livechat.presence import whereabouts
from livechat.presence.availability import Presence
from livechat.presence.tasks import end_what_has_ended
from livechat.presence.tell import now_ms, tell_what_is_due
from livechat.presence.whereabouts import Word
from livechat.web.guards.costs import Cost
from livechat.web.guards.limits import Limits, RateLimitedError
from tests.conftest import make_token, wait_until
from tests.events.conftest import OpenStream, Server, browse, server
from tests.factories import make_conversation
from tests.team.conftest import API, DbSession, Team

__all__ = ["browse", "server"]

Call = Callable[..., Any]
Say = Callable[..., Any]


@pytest.fixture(autouse=True)
def _by_ourselves(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The web server of other tests must not tell what these are to find."""
    if "server" not in request.fixturenames:
        for name in ("_DUE", "_CHANGED", "_TELLING"):
            monkeypatch.setattr(whereabouts, name, f"livechat:presence:test{name}")


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = clock.now()

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


@pytest.fixture
def say(client: FlaskClient) -> Say:
    """``say(user, state, session=…, viewing=…, typing=…)``: what a page says, and the answer."""

    def word(user: UUID, state: str = "active", *, session: str = "desk", **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {make_token(user, session_id=session)}"}
        return client.post(f"{API}/presence", headers=headers, json={"state": state, **more})

    return word


@pytest.fixture
def told(redis_client: Redis) -> Callable[[], list[Ephemeral]]:
    """What has been told since it was asked last."""

    def take() -> list[Ephemeral]:
        events = list(ephemeral.parse(redis_client.xrange(ephemeral.KEY)))
        redis_client.delete(ephemeral.KEY, whereabouts._TELLING)
        return events

    return take


def shown(call: Call, team: Team, user: UUID) -> dict[str, Any]:
    members = call(team.owner, "GET", f"/workspaces/{team.workspace_id}/members").json["members"]
    [found] = [each for each in members if each["user_id"] == str(user)]
    names = ("presence", "availability", "availability_until", "can_receive")
    return {name: found[name] for name in names}


def rows(session: DbSession, user: UUID) -> list[tuple[str, datetime | None, str]]:
    session.rollback()
    found = session.scalars(
        select(AvailabilityChange).where(AvailabilityChange.user_id == user).order_by(AvailabilityChange.at)
    )
    return [(each.availability, each.until, each.cause) for each in found]


HERE = {"presence": "active", "availability": "available", "availability_until": None, "can_receive": True}


def test_e1_who_says_nothing_any_more_is_absent_and_gets_nothing_new(
    session: DbSession, redis_client: Redis, team: Team, call: Call, say: Say, told: Any, hands: Clock
) -> None:
    agent = team.member()
    assert shown(call, team, agent) == HERE | {"presence": "absent", "can_receive": False}
    assert say(agent).status_code == 200
    assert shown(call, team, agent) == HERE
    [event] = told()
    assert (event.name, event.workspace_id, event.audience) == ("presence.updated", team.workspace_id, None)
    assert event.data == {
        "workspace_id": str(team.workspace_id),
        "members": [{"user_id": str(agent), **HERE}],
    }
    # A reload: the page comes back as it was, and nobody has seen it go.
    hands.pass_s(60)
    tell_what_is_due(session, redis_client)
    assert shown(call, team, agent) == HERE
    say(agent)
    hands.pass_s(80)
    tell_what_is_due(session, redis_client)
    assert (shown(call, team, agent), told()) == (HERE, [])
    # The last deadline, and 5 s in which the workspace may just have been told something else.
    hands.pass_s(4)
    assert shown(call, team, agent)["can_receive"] is False
    tell_what_is_due(session, redis_client)
    [event] = told()
    [gone] = event.data["members"]
    assert (gone["user_id"], gone["presence"], gone["can_receive"]) == (str(agent), "absent", False)
    tell_what_is_due(session, redis_client)
    assert told() == []
    assert 80 + 4 + 5 < 90


def test_e2_e3_the_best_of_the_sessions_counts(team: Team, call: Call, say: Say, hands: Clock) -> None:
    agent = team.member()
    say(agent, "active", session="desk")
    say(agent, "idle", session="phone")
    assert shown(call, team, agent)["presence"] == "active"
    hands.pass_s(60)
    say(agent, "idle", session="phone")
    hands.pass_s(30)
    # The desk is silent; the phone is there, but nobody looks at it.
    assert shown(call, team, agent) == HERE | {"presence": "idle", "can_receive": False}
    say(agent, "active", session="phone")
    assert shown(call, team, agent)["presence"] == "active"


def test_e4_colleagues_see_who_looks_and_types_until_they_leave_or_fall_silent(
    session: DbSession, redis_client: Redis, team: Team, say: Say, told: Any, hands: Clock
) -> None:
    ada, ben = team.member(name="Ada"), team.member(name="Ben")
    chat, other = (make_conversation(session, team.numbers[0]) for _ in range(2))
    session.commit()
    here, there = str(chat.id), str(other.id)

    def viewer(user: UUID, name: str, typing: bool = False) -> dict[str, Any]:
        return {"user_id": str(user), "name": name, "typing": typing}

    def told_viewers() -> list[tuple[str, list[Any]]]:
        events = [each for each in told() if each.name == "viewers.updated"]
        assert all(each.workspace_id == team.workspace_id for each in events)
        return [(each.data["conversation_id"], each.data["viewers"]) for each in events]

    by_id = sorted([viewer(ada, "Ada"), viewer(ben, "Ben")], key=lambda each: each["user_id"])
    assert say(ada, viewing=here).json == {"viewers": [viewer(ada, "Ada")]}
    # The first answer shows who was there already.
    assert say(ben, viewing=here).json == {"viewers": by_id}
    assert told_viewers() == [(here, [viewer(ada, "Ada")]), (here, by_id)]
    hands.pass_s(2)
    # The same again tells nobody anything; typing does, once.
    say(ada, viewing=here)
    assert told_viewers() == []
    say(ada, viewing=here, typing=True)
    say(ada, viewing=here, typing=True)
    [(_, viewers)] = told_viewers()
    assert viewer(ada, "Ada", typing=True) in viewers
    say(ada, viewing=there)
    assert sorted(told_viewers()) == sorted([(here, [viewer(ben, "Ben")]), (there, [viewer(ada, "Ada")])])
    # Ada closes it, and Ben's browser crashes.
    say(ada, viewing=None)
    assert told_viewers() == [(there, [])]
    hands.pass_s(40)
    tell_what_is_due(session, redis_client)
    assert told_viewers() == []
    hands.pass_s(2)
    tell_what_is_due(session, redis_client)
    assert told_viewers() == [(here, [])]
    assert 2 + 40 + 2 + 1 <= 45


def test_e5_heartbeats_grow_nothing_and_take_nothing_from_reads(
    app: Flask, redis_client: Redis, team: Team, say: Say, call: Call, hands: Clock
) -> None:
    agent, chat = team.member(), uuid4()
    logs.append(redis_client, {team.account.id: [logs.RESET]})
    tail = logs.tails(redis_client, [team.account.id])
    for n in range(1500):
        hands.pass_s(1)
        word = Word(agent, f"{n % 3}", Presence.ACTIVE, chat if n % 2 else None, n % 5 == 0)
        whereabouts.say(redis_client, word, now_ms())
    kept = {key: redis_client.memory_usage(key) for key in redis_client.scan_iter("livechat:presence:*")}
    assert len(kept) <= 4
    assert sum(kept.values()) < 4000
    assert all(redis_client.pttl(key) > 0 for key in kept if key != whereabouts._DUE.encode())
    assert redis_client.zcard(whereabouts._DUE) <= 6
    assert logs.tails(redis_client, [team.account.id]) == tail
    # They have a limit of their own.
    limits: Limits = next(each for each in app.extensions.values() if isinstance(each, Limits))
    with pytest.raises(RateLimitedError):
        spend_too_much(limits, agent)
    assert say(agent).status_code == 429
    assert call(agent, "GET", "/workspaces").status_code == 200


def spend_too_much(limits: Limits, user: UUID) -> None:
    for _ in range(20_000):
        limits.spend(Cost.PRESENCE, str(user))


def test_e6_away_until_a_time_ends_by_itself_with_a_row_each_way(
    session: DbSession, team: Team, call: Call, say: Say, told: Any, hands: Clock
) -> None:
    agent = team.member()
    path = f"/workspaces/{team.workspace_id}/availability"
    say(agent)
    told()
    until = hands.now + timedelta(minutes=30)
    away = {"chosen": "away", "until": rfc3339(until)}
    answer = call(agent, "PUT", path, json=away)
    expected = {"presence": "active", "availability": "away", "can_receive": False}
    expected |= {"availability_until": rfc3339(until)}
    assert (answer.status_code, answer.json) == (200, {"user_id": str(agent), **expected})
    assert shown(call, team, agent) == expected
    assert call(agent, "PUT", path, json=away).status_code == 200
    [event] = told()
    assert event.data["members"] == [{"user_id": str(agent), **expected}]
    end_what_has_ended()
    assert rows(session, agent) == [("away", until, "user")]
    # It ends by the clock, whoever writes it down when.
    hands.pass_s(30 * 60)
    say(agent)
    assert shown(call, team, agent) == HERE
    told()
    end_what_has_ended()
    end_what_has_ended()
    assert rows(session, agent) == [("away", until, "user"), ("available", None, "until")]
    [event] = told()
    assert event.data["members"] == [{"user_id": str(agent), **HERE}]
    session.expire_all()
    assert session.get_one(WorkspaceMember, (team.workspace_id, agent)).available_again_at is None


def test_who_stays_available_until_a_time_receives_without_a_page(
    team: Team, call: Call, hands: Clock
) -> None:
    agent, viewer = team.member(), team.member("viewer")
    path = f"/workspaces/{team.workspace_id}/availability"
    body = {"chosen": "available", "until": rfc3339(hands.now + timedelta(minutes=50))}
    for user in (agent, viewer):
        assert call(user, "PUT", path, json=body).status_code == 200
    assert shown(call, team, agent)["can_receive"] is True
    assert shown(call, team, viewer)["can_receive"] is False
    hands.pass_s(50 * 60)
    assert shown(call, team, agent)["can_receive"] is False


def test_who_connects_sees_who_looks_at_what_they_see(
    session: DbSession, redis_client: Redis, team: Team, call: Call, say: Say, hands: Clock
) -> None:
    ada, ben, own = team.member(name="Ada"), team.member(name="Ben"), team.member(visibility="own")
    chats = sorted((make_conversation(session, team.numbers[0]) for _ in range(3)), key=lambda each: each.id)
    here, there, left = (str(each.id) for each in chats)
    chats[1].assignee_id = own
    session.commit()
    path = f"/workspaces/{team.workspace_id}/viewers"

    def looked_at(user: UUID) -> list[tuple[str, list[tuple[str, bool]]]]:
        answer = call(user, "GET", path).json["viewers"]
        people = [[(each["name"], each["typing"]) for each in one["viewers"]] for one in answer]
        return [(one["conversation_id"], sorted(who)) for one, who in zip(answer, people, strict=True)]

    say(ada, viewing=left)
    hands.pass_s(2)
    say(ada, viewing=here, typing=True)
    say(ada, session="phone", viewing=there)
    say(ben, "idle", viewing=here)
    say(team.owner)
    assert looked_at(ben) == [(here, [("Ada", True), ("Ben", False)]), (there, [("Ada", False)])]
    assert looked_at(own) == [(there, [("Ada", False)])]
    assert call(uuid4(), "GET", path).status_code == 404
    # Who has said nothing for so long looks at nothing any more, whether or not that was told.
    hands.pass_s(43)
    assert looked_at(ben) == []


def test_b6_of_what_one_does_not_see_nothing_is_kept_and_nobody_told(
    session: DbSession, redis_client: Redis, team: Team, say: Say, told: Any
) -> None:
    blind = team.member(visibility="own")
    chat = make_conversation(session, team.numbers[0])
    session.commit()
    for user, viewing in ((blind, chat.id), (uuid4(), chat.id), (blind, uuid4()), (blind, "nonsense")):
        answer = say(user, viewing=str(viewing), typing=True)
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert told() == []
    assert list(redis_client.scan_iter("livechat:presence:*")) == []


def test_a_workspace_is_told_once_in_five_seconds_and_of_everybody(
    session: DbSession, redis_client: Redis, team: Team, say: Say
) -> None:
    agents = [team.member() for _ in range(4)]
    for agent in agents:
        say(agent)
    tell_what_is_due(session, redis_client)
    [first] = ephemeral.parse(redis_client.xrange(ephemeral.KEY))
    assert [each["user_id"] for each in first.data["members"]] == [str(agents[0])]
    assert 0 < redis_client.pttl(whereabouts._TELLING) <= 5000
    redis_client.delete(whereabouts._TELLING)
    tell_what_is_due(session, redis_client)
    _, rest = ephemeral.parse(redis_client.xrange(ephemeral.KEY))
    assert {each["user_id"] for each in rest.data["members"]} == set(map(str, agents[1:]))


@pytest.mark.parametrize(
    "body", [{}, {"state": "absent"}, {"state": "active", "typing": "yes"}, {"state": "active", "x": 1}]
)
def test_a_word_that_is_none_is_refused(team: Team, call: Call, body: dict[str, Any]) -> None:
    assert call(team.owner, "POST", "/presence", json=body).status_code == 422
    path = f"/workspaces/{team.workspace_id}/availability"
    assert call(team.owner, "PUT", path, json=body).status_code == 422
    past = {"chosen": "away", "until": "2020-01-01T00:00:00Z"}
    assert call(team.owner, "PUT", path, json=past).json["errors"].keys() == {"until"}
    assert call(uuid4(), "PUT", path, json={"chosen": "off"}).status_code == 404


def test_e4_the_web_tells_open_streams_by_itself(
    session: DbSession, redis_client: Redis, team: Team, server: Server, browse: OpenStream
) -> None:
    ada, ben = team.member(name="Ada"), team.member(name="Ben")
    own = team.member(visibility="own")
    chat = make_conversation(session, team.numbers[0])
    session.commit()
    page, blind = browse(ben), browse(own)

    def last() -> Any:
        """Who looks, as the page was told last."""
        told = [each for each in page.events if each.name == "viewers.updated"]
        assert all((each.id, each.data["conversation_id"]) == ("", str(chat.id)) for each in told)
        return told[-1].data["viewers"] if told else None

    # Of somebody who looked at it 44 s ago, and has said nothing since.
    whereabouts.say(redis_client, Word(ada, "desk", Presence.ACTIVE, chat.id), now_ms() - 44_000)
    wait_until(lambda: last() == [])
    status, answer = server.call("POST", "/presence", ben, {"state": "active", "viewing": str(chat.id)})
    assert (status, [each["name"] for each in answer["viewers"]]) == (200, ["Ben"])
    wait_until(lambda: last() == answer["viewers"])
    wait_until(lambda: "presence.updated" in blind.names())
    assert "viewers.updated" not in blind.names()

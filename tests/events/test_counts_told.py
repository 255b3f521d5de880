"""The numbers on the tabs: who has seen something change is told to fetch them; seldom, and in the end always."""

from collections.abc import Collection
from typing import Any, cast
from uuid import UUID, uuid4

import orjson
from redis import Redis
from sqlalchemy.orm import Session, scoped_session

from livechat.domain.visibility import Audience, Sight, Visibility
from livechat.live import ephemeral
from livechat.live.ephemeral import Ephemeral
from livechat.live.listener import Listener, SourceUnavailableError
from livechat.live.subscription import LiveEvent, Subscription, Unnumbered
from tests.conftest import wait_until
from tests.events.conftest import OpenStream
from tests.events.test_ephemeral import member, workspace
from tests.ingest.conftest import NUMBER, OWNER, Meta, make_text_body


def test_however_much_was_shown_counts_are_told_once_by_each_look_at_the_clock() -> None:
    user, account, home = uuid4(), uuid4(), uuid4()
    sights = {account: Sight(user, Visibility.OWN)}
    stream = Subscription(
        user,
        None,
        1,
        {account},
        0,
        sights=sights,
        workspaces={home: sights[account]},
        homes={account: (home, frozenset({"1", "2"}))},
    )

    def happens(audience: Audience | None) -> None:
        stream.offer([LiveEvent(account, (1, 0), None, b"event: x\n\n", audience=audience)])
        stream.take(9, 0)

    theirs, hidden = Audience("1", assignee_id=user), Audience("1")
    assert stream.take_recount() == {}
    for _ in range(5):
        happens(theirs)
    assert [stream.take_recount() for _ in range(2)] == [{home: {"1"}}, {}]
    for audience in (hidden, None):
        happens(audience)
    assert stream.take_recount() == {}
    stream.recount()
    assert stream.take_recount() == {home: {"1", "2"}}
    stream.phone_number_id = "2"
    stream.recount()
    assert stream.take_recount() == {home: {"2"}}


def test_the_last_change_is_told_too_and_nothing_to_who_saw_none(
    meta: Meta, session: scoped_session[Session], browse: OpenStream
) -> None:
    here = workspace(session)
    ours, blind = browse(OWNER), browse(member(session, here, visibility="own"))
    meta.deliver_body(make_text_body(body="one"))
    wait_until(lambda: ours.counts)
    before = len(ours.counts)
    meta.deliver_body(make_text_body("wamid.two", body="two"))
    wait_until(lambda: len(ours.counts) > before)
    told = {"workspace_id": str(here), "numbers": [{"phone_number_id": NUMBER, "unread_count": 2}]}
    assert {event.id for event in ours.counts} == {""}
    assert ours.counts[-1].data == told
    ephemeral.send(meta.redis, Ephemeral("end", {}, here))
    wait_until(lambda: blind.names() == ["end"])
    assert blind.counts == []
    # Who resumes is told all anew: what was told last may never have come.
    resumed = browse(OWNER, last_id=ours.last_id())
    wait_until(lambda: resumed.counts)
    assert resumed.counts[0].data == told


def test_counts_are_asked_once_for_all_who_see_all_and_wait_for_the_database() -> None:
    account, home, own = uuid4(), uuid4(), uuid4()
    asked: list[tuple[Collection[str], Collection[UUID | None]]] = []
    is_away = True

    def unread(
        numbers: Collection[str], viewers: Collection[UUID | None]
    ) -> dict[tuple[UUID | None, str], int]:
        asked.append((numbers, viewers))
        if is_away:
            raise SourceUnavailableError
        return {(None, "1"): 7, (own, "1"): 2}

    nobody = cast(Redis, None)
    listener = Listener(lambda: nobody, nobody, lambda entries: [], lambda users: {}, unread=unread)

    def stream(user: UUID, visibility: Visibility) -> Subscription:
        sight = {home: Sight(user, visibility)}
        homes = {account: (home, frozenset({"1", "2"}))}
        made = Subscription(user, None, 1, {account}, 0, workspaces=sight, homes=homes)
        listener._open.add(made)
        return made

    seers = [stream(uuid4(), Visibility.ALL) for _ in range(3)]
    restricted = stream(own, Visibility.OWN)
    for each in (*seers, restricted):
        each.recount({"1"})
    listener._tell_counts()
    assert restricted.take_at_once(9) == []
    is_away = False
    seers[2].recount()
    listener._tell_counts()
    listener._tell_counts()
    assert asked[1:] == [({"1", "2"}, {None, own})]

    def told(each: Subscription) -> Any:
        [item] = each.take(9, 0)
        assert isinstance(item, Unnumbered)
        return orjson.loads(item.payload.partition(b"data: ")[2])["numbers"]

    one = {"phone_number_id": "1", "unread_count": 7}
    assert told(seers[0]) == told(seers[1]) == [one]
    assert told(seers[2]) == [one, {"phone_number_id": "2", "unread_count": 0}]
    assert told(restricted) == [{"phone_number_id": "1", "unread_count": 2}]

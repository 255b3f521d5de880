"""Events without an id: who hears them, and that nothing of them stays."""

import threading
from typing import Any
from uuid import UUID, uuid4

from redis import Redis
from sqlalchemy.orm import Session, scoped_session

from livechat.domain.visibility import Audience
from livechat.live import ephemeral
from livechat.live import event_log as logs
from livechat.live.ephemeral import Ephemeral
from livechat.live.listener import Listener
from livechat.live.subscription import Unnumbered
from livechat.models import PhoneNumber, WabaAccount, WorkspaceMember
from tests.conftest import wait_until
from tests.events.conftest import OpenStream
from tests.ingest.conftest import NUMBER, OWNER, OWNER_2, Meta, make_text_body
from tests.services import EmbeddedServices

AnySession = scoped_session[Session]


def workspace(session: AnySession) -> UUID:
    found = session.get_one(WabaAccount, session.get_one(PhoneNumber, NUMBER).account_id).workspace_id
    session.rollback()
    return found


def member(session: AnySession, workspace_id: UUID, **columns: Any) -> UUID:
    user = uuid4()
    session.add(WorkspaceMember(workspace_id=workspace_id, user_id=user, role="agent", **columns))
    session.commit()
    return user


def test_it_goes_to_those_who_are_meant_and_see_it(
    meta: Meta, session: AnySession, browse: OpenStream
) -> None:
    here = workspace(session)
    own, other = member(session, here, visibility="own"), member(session, here, visibility="own")
    pages = {user: browse(user) for user in (OWNER, own, other, OWNER_2)}
    narrowed = browse(OWNER, f"?phone_number_id={NUMBER}")
    theirs, strange = Audience(NUMBER, assignee_id=own), Audience("4711", assignee_id=own)
    ephemeral.send(
        meta.redis,
        Ephemeral("workspace", {}, here),
        Ephemeral("conversation", {}, here, theirs),
        Ephemeral("another number", {}, here, strange),
        Ephemeral("users", {}, None, None, frozenset({other, OWNER_2})),
        Ephemeral("members", {}, here, None, frozenset({other, OWNER_2})),
        Ephemeral("nobody", {}),
        Ephemeral("end", {}, None, None, frozenset(pages)),
    )
    for page in (*pages.values(), narrowed):
        wait_until(lambda page=page: page.names()[-1:] == ["end"])
    heard = {user: page.names()[:-1] for user, page in pages.items()}
    assert heard == {
        OWNER: ["workspace", "conversation", "another number"],
        own: ["workspace", "conversation", "another number"],
        other: ["workspace", "users", "members"],
        OWNER_2: ["users"],
    }
    assert narrowed.names() == ["workspace", "conversation", "end"]


def test_it_moves_no_position_and_never_comes_again(
    meta: Meta, session: AnySession, browse: OpenStream
) -> None:
    here = workspace(session)
    page = browse(OWNER)
    meta.deliver_body(make_text_body(body="one"))
    page.wait_for(1)
    before = logs.tails(meta.redis, [session.get_one(PhoneNumber, NUMBER).account_id])
    session.rollback()
    ephemeral.send(meta.redis, Ephemeral("viewers.updated", {"viewers": []}, here))
    page.wait_for(2)
    assert (page.events[1].id, page.events[1].data) == ("", {"viewers": []})
    assert logs.tails(meta.redis, list(before)) == before
    page.close()
    meta.deliver_body(make_text_body("wamid.two", body="two"))
    resumed = browse(OWNER, last_id=page.events[0].id)
    resumed.wait_for(1)
    assert resumed.names() == ["message.created"]


def test_one_that_is_sent_before_the_listener_reads_is_heard(
    services: EmbeddedServices, redis_client: Redis
) -> None:
    """The thread begins with the first stream, and may be slow to."""
    may_begin = threading.Event()

    def connect() -> Redis:
        may_begin.wait(20)
        return Redis.from_url(services.redis_url, socket_timeout=10, single_connection_client=True)

    user = uuid4()
    listener = Listener(connect, redis_client, lambda entries: [], lambda users: {})
    stream = listener.subscribe(user, None)
    now = Ephemeral("now", {}, users=frozenset({user}))
    ephemeral.send(redis_client, now)
    may_begin.set()
    heard = stream.take(1, 20)
    listener.unsubscribe(stream)
    assert heard == [Unnumbered(now.payload)]


def test_what_a_newer_version_writes_is_left_out_and_little_is_kept(redis_client: Redis) -> None:
    user = uuid4()
    told = Ephemeral("told", {"n": 1}, uuid4(), Audience("1", None, uuid4(), {user}), frozenset({user}))
    redis_client.xadd(ephemeral.KEY, {"e": b"{}"})
    redis_client.xadd(ephemeral.KEY, {"f": b"?"})
    ephemeral.send(redis_client, told)
    assert list(ephemeral.parse(redis_client.xrange(ephemeral.KEY))) == [told]
    assert 0 < redis_client.ttl(ephemeral.KEY) <= 60
    for _ in range(3):
        ephemeral.send(redis_client, *[told] * 500)
    assert redis_client.xlen(ephemeral.KEY) < 1300

"""``GET /events`` over the real server, from a browser's side: what comes, when, and when not."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis import Redis
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from livechat.live import event_log as logs
from livechat.live.event_log import Change, Kind
from livechat.live.publish import publish_account
from livechat.models import Conversation, PhoneNumber
from tests.conftest import make_token, wait_until
from tests.events.conftest import EVENTS, Browser, OpenStream, Server
from tests.factories import make_account, make_message, make_number
from tests.ingest.conftest import (
    NUMBER,
    NUMBER_2,
    OWNER,
    OWNER_2,
    WABA_2,
    Meta,
    make_status_body,
    make_text_body,
)
from tests.services import EmbeddedServices

AnySession = scoped_session[Session]


def body(words: str, **more: Any) -> dict[str, Any]:
    return make_text_body(body=words, timestamp=int(time.time()), **more)


def test_a_message_comes_with_its_conversation(meta: Meta, server: Server, browse: OpenStream) -> None:
    page = browse(OWNER, f"?phone_number_id={NUMBER}")
    assert page.status == 200
    assert page.answer["content-type"] == "text/event-stream"
    assert page.answer["cache-control"] == "no-store"
    assert page.answer["x-accel-buffering"] == "no"
    assert "content-encoding" not in page.answer
    meta.deliver_body(body("Hello"), body("Are you there?"))
    first, second = page.wait_for(2)
    assert page.names() == ["message.created"] * 2
    assert page.texts() == ["Hello", "Are you there?"]
    assert first.id != second.id
    _, fetched = server.call("GET", f"/conversations?phone_number_id={NUMBER}", OWNER)
    [shown] = fetched["conversations"]
    assert shown["my_unread_count"] == 2
    # What several people share says nothing of one reader.
    shown |= {"my_unread_count": None, "read_total": None}
    assert second.data["conversation"] == shown
    assert second.data["conversation"]["unread_count"] == 2
    _, message = server.call("GET", f"/messages/{second.data['message']['id']}", OWNER)
    assert second.data == {"message": message, "conversation": shown}


def test_reading_sending_and_statuses_come_too(meta: Meta, server: Server, browse: OpenStream) -> None:
    meta.deliver_body(body("Hello"))
    conversation = str(meta.conversation()["id"])
    page = browse(OWNER)
    assert server.call("POST", f"/conversations/{conversation}/read", OWNER)[0] == 200
    page.wait_for(2)
    assert sorted(page.names()) == ["conversation.updated", "read.updated"]
    [read] = [each for each in page.events if each.name == "conversation.updated"]
    assert read.data["message"] is None
    assert read.data["conversation"]["unread_count"] == 0
    sent = {
        "phone_number_id": NUMBER,
        "conversation_id": conversation,
        "message": "Hi",
        "message_type": "text",
    }
    status, accepted = server.call("POST", "/send-message", OWNER, sent)
    assert status == 202
    wait_until(lambda: "message.created" in page.names())
    [created] = [each for each in page.events if each.name == "message.created"]
    of_the_sender = {name: accepted["conversation"][name] for name in ("my_unread_count", "read_total")}
    assert created.data["conversation"] | of_the_sender == accepted["conversation"]
    assert created.data["message"] == accepted["message"]


def test_statuses_come_as_updates(meta: Meta, browse: OpenStream) -> None:
    meta.deliver_body(body("Hello"))
    page = browse(OWNER)
    conversation = meta.session.get_one(Conversation, meta.conversation()["id"])
    make_message(meta.session, conversation, direction="outbound", wamid="wamid.out")
    meta.session.commit()
    meta.deliver_body(make_status_body("wamid.out", "delivered", int(time.time())))
    meta.deliver_body(make_status_body("wamid.out", "delivered", int(time.time())))
    meta.deliver_body(make_status_body("wamid.out", "read", int(time.time())))
    wait_until(lambda: page.names().count("message.updated") >= 2)
    shown = [event.data["message"]["status"] for event in page.events]
    assert shown[-1] == "read"


def test_nobody_hears_of_others_numbers(meta: Meta, browse: OpenStream) -> None:
    mine, narrowed, other = browse(OWNER), browse(OWNER, f"?phone_number_id={NUMBER}"), browse(OWNER_2)
    stranger = browse(uuid4())
    meta.deliver_body(
        body("to two", number=NUMBER_2, waba=WABA_2),
        body("to one"),
        body("again", number=NUMBER_2, waba=WABA_2),
    )
    other.wait_for(2)
    for page in (mine, narrowed):
        page.wait_for(1)
        assert page.texts() == ["to one"]
    assert other.texts() == ["to two", "again"]
    assert (stranger.status, stranger.events) == (200, [])


def test_one_number_of_an_account_is_heard_alone(meta: Meta, session: AnySession, browse: OpenStream) -> None:
    account_id = session.get_one(PhoneNumber, NUMBER).account_id
    session.add(PhoneNumber(account_id=account_id, phone_number_id="777", display_phone_number="+1 777",
                            display_digits="1777", status="connected"))  # fmt: skip
    session.commit()
    both, one = browse(OWNER), browse(OWNER, "?phone_number_id=777")
    # One after the other: what comes together about different customers may be stored in either order.
    meta.deliver_body(body("first"))
    meta.deliver_body(body("second", number="777"))
    both.wait_for(2)
    one.wait_for(1)
    assert (both.texts(), one.texts()) == (["first", "second"], ["second"])
    resumed = browse(OWNER, "?phone_number_id=777", last_id=both.events[0].id)
    resumed.wait_for(1)
    assert resumed.texts() == ["second"]


@pytest.mark.parametrize("number", [NUMBER_2, "0", "%00", ""])
def test_a_number_that_is_not_yours_is_not_found(meta: Meta, browse: OpenStream, number: str) -> None:
    refused = browse(OWNER, f"?phone_number_id={number}")
    assert refused.status == (422 if number == "%00" else 404)
    assert refused.problem["code"] == ("validation_failed" if number == "%00" else "not_found")


def test_a_token_is_needed_and_never_taken_from_the_address(server: Server) -> None:
    for query in ("", f"?access_token={make_token(OWNER)}", f"?token={make_token(OWNER)}"):
        refused = Browser(server.port, {}, query).open()
        assert (refused.status, refused.problem["code"]) == (401, "unauthorized")


def test_a_number_connected_later_is_heard_on_the_open_stream(
    meta: Meta, session: AnySession, browse: OpenStream
) -> None:
    newcomer = uuid4()
    page = browse(newcomer)
    account = make_account(session, newcomer)
    make_number(session, account, phone_number_id="4711")
    publish_account(session, account.id)
    session.commit()
    meta.deliver_body(body("Welcome", number="4711", waba=account.waba_id))
    wait_until(lambda: page.texts() == ["Welcome"], timeout_s=5)
    assert "reset" in page.names()
    resumed = browse(newcomer, last_id=page.events[0].id)
    wait_until(lambda: resumed.texts() == ["Welcome"], timeout_s=5)


def test_a_member_who_is_removed_hears_no_more(meta: Meta, session: AnySession, browse: OpenStream) -> None:
    agent = uuid4()
    session.execute(
        text(
            "INSERT INTO workspace_members (workspace_id, user_id, role) SELECT workspace_id, :id, 'agent' "
            "FROM workspace_members WHERE user_id = :owner"
        ),
        {"id": agent, "owner": OWNER},
    )
    session.commit()
    page = browse(agent)
    session.execute(text("UPDATE workspace_members SET state = 'removed' WHERE user_id = :id"), {"id": agent})
    session.commit()
    logs.touch(meta.redis, agent)
    wait_until(lambda: page.ended_at is not None, timeout_s=5)


def test_a_stream_resumes_without_a_gap(meta: Meta, browse: OpenStream) -> None:
    page = browse(OWNER)
    meta.deliver_body(*[body(f"m{n}") for n in range(4)])
    page.wait_for(4)
    ids = [event.id for event in page.events]
    page.close()
    meta.deliver_body(*[body(f"m{n}") for n in range(4, 8)])
    for n, last_id in enumerate(ids):
        resumed = browse(OWNER, last_id=last_id)
        resumed.wait_for(7 - n)
        assert resumed.texts() == [f"m{each}" for each in range(n + 1, 8)]
        # And it is live.
    meta.deliver_body(body("live"))
    wait_until(lambda: resumed.texts()[-1] == "live")
    assert "reset" not in resumed.names()


@pytest.mark.parametrize("wrong", ["nonsense", "0", "1795341600000-0", "é", ""])
def test_an_id_that_is_not_understood_gives_a_reset(meta: Meta, browse: OpenStream, wrong: str) -> None:
    page = browse(OWNER, last_id=wrong)
    [reset] = page.wait_for(1)
    assert (reset.name, reset.data) == ("reset", {"message": None, "conversation": None})
    meta.deliver_body(body("after"))
    page.wait_for(2)
    again = browse(OWNER, last_id=reset.id)
    again.wait_for(1)
    assert again.texts() == ["after"]


def test_a_gap_that_is_too_old_gives_a_reset(meta: Meta, session: AnySession, browse: OpenStream) -> None:
    page = browse(OWNER)
    meta.deliver_body(body("before"))
    [event] = page.wait_for(1)
    page.close()
    account_id = session.get_one(PhoneNumber, NUMBER).account_id
    flood = [Change(Kind.MESSAGE_UPDATED, uuid4()) for _ in range(logs.MAX_ENTRIES + 300)]
    logs.append(meta.redis, {account_id: flood})
    assert browse(OWNER, last_id=event.id).wait_for(1)[0].name == "reset"


def test_an_id_of_before_redis_lost_everything_gives_a_reset(meta: Meta, browse: OpenStream) -> None:
    page = browse(OWNER)
    meta.deliver_body(body("before"))
    [event] = page.wait_for(1)
    meta.redis.flushall()
    meta.deliver_body(body("after"))
    page.wait_for(2)
    assert browse(OWNER, last_id=event.id).wait_for(1)[0].name == "reset"


def test_it_ends_with_the_token(meta: Meta, browse: OpenStream) -> None:
    began = time.time()
    page = browse(OWNER, exp=int(began) + 3)
    wait_until(lambda: page.ended_at is not None, timeout_s=10)
    assert 1.9 <= time.time() - began <= 5


def test_a_comment_comes_at_least_every_fifteen_seconds(meta: Meta, browse: OpenStream) -> None:
    silent, busy = browse(OWNER), browse(OWNER_2)

    def both_have_come() -> bool:
        meta.deliver_body(body("and again", number=NUMBER_2, waba=WABA_2))
        return len(silent.comments) >= 2 <= len(busy.comments)

    wait_until(both_have_come, timeout_s=15, interval_s=0.5)
    assert len(busy.events) > 5
    for page in (silent, busy):
        assert page.comments[1] - page.comments[0] <= 15


def test_a_user_has_so_many_streams_and_no_more(meta: Meta, redis_client: Redis, browse: OpenStream) -> None:
    pages = [browse(OWNER) for _ in range(20)]
    assert {page.status for page in pages} == {200}
    refused = browse(OWNER)
    assert (refused.status, refused.problem["code"]) == (429, "rate_limited")
    assert int(refused.answer["retry-after"]) > 0
    assert browse(OWNER_2).status == 200
    # Tabs that have vanished make room at once, though nothing was written to them since.
    for page in pages[:5]:
        page.close()
    assert {browse(OWNER).status for _ in range(5)} == {200}
    assert browse(OWNER).status == 429


def test_a_closed_tab_is_forgotten_within_a_heartbeat(
    meta: Meta, redis_client: Redis, browse: OpenStream
) -> None:
    page = browse(OWNER)
    key = f"livechat:events:open:{OWNER}"
    assert redis_client.zcard(key) == 1
    page.close()
    wait_until(lambda: redis_client.zcard(key) == 0, timeout_s=12)


def test_asking_for_the_headers_alone_opens_nothing(
    meta: Meta, redis_client: Redis, auth: Callable[[UUID], dict[str, str]]
) -> None:
    answer = meta.client.head(EVENTS, headers=auth(OWNER))
    assert (answer.status_code, answer.content_type) == (200, "text/event-stream")
    assert redis_client.zcard(f"livechat:events:open:{OWNER}") == 0


def test_a_process_keeps_threads_for_webhooks(
    meta: Meta, services: EmbeddedServices, tmp_path: Path, browse: OpenStream
) -> None:
    small = Server(services, tmp_path, workers=1, LIVECHAT_EVENT_STREAMS_PER_PROCESS="2")
    try:
        small.wait()
        assert [browse(OWNER, at=small).status for _ in range(2)] == [200, 200]
        refused = browse(OWNER, at=small)
        assert (refused.status, refused.problem["code"]) == (503, "unavailable")
        assert int(refused.answer["retry-after"]) > 0
    finally:
        small.stop()

"""Webhooks that are answered on the event loop: in groups, whatever the broker does, or left to the view."""

import asyncio
import hashlib
import hmac
import threading
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from hiredis import ReplyError, pack_command
from redis import Redis
from werkzeug.test import EnvironBuilder, run_wsgi_app

from livechat.core.config import SETTINGS_KEY
from livechat.domain import clock
from livechat.domain.ids import uuid7
from livechat.inbound.api import arrivals_of
from livechat.inbound.door.arrivals import LARGE_BODY_BYTES, Arrivals, RawWebhook
from livechat.inbound.door.fast_path import WEBHOOK_KEY, WebhookLane
from livechat.inbound.door.loop_line import LineBrokenError, loop_line
from tests.ingest.conftest import Meta, make_text_body, meta, signature
from tests.server.test_door import run

__all__ = ["meta"]

_PING, _ECHO = pack_command(("PING",)), pack_command(("ECHO", "hello"))
SETTINGS: Any = SimpleNamespace(whatsapp_app_secrets=("old", "new"))


class Box:
    """An inbox whose Redis and broker answer when they are told to."""

    def __init__(self) -> None:
        self.groups: list[list[bytes]] = []
        self.may_write = asyncio.Event()
        self.may_wake, self.woken = threading.Event(), threading.Event()
        self.may_write.set()
        self.may_wake.set()
        self.keeps, self.fails = True, False

    def received(self, body: bytes) -> RawWebhook:
        return RawWebhook(uuid7(), clock.now(), body)

    async def add_all(self, events: Sequence[RawWebhook]) -> tuple[list[bool], bool]:
        self.groups.append([event.body for event in events])
        await asyncio.wait_for(self.may_write.wait(), 30)
        if self.fails:
            raise LookupError
        return [self.keeps] * len(events), len(self.groups) == 1

    def send_wake(self) -> None:
        self.may_wake.wait(30)
        self.woken.set()


def signed(body: bytes, secret: str = "new") -> dict[str, Any]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"HTTP_X_HUB_SIGNATURE_256": f"sha256={digest}"}


def lane_to(box: Any) -> WebhookLane:
    return WebhookLane(box, SETTINGS)


def test_those_that_come_while_a_write_is_under_way_share_the_next() -> None:
    async def main() -> None:
        box = Box()
        box.may_write.clear()
        lane = lane_to(box)
        tasks = [asyncio.create_task(lane(b"%d" % n, signed(b"%d" % n))) for n in range(200)]
        while not box.groups:
            await asyncio.sleep(0.005)
        box.may_write.set()
        answers = await asyncio.gather(*tasks)
        assert {answer.status for answer in answers if answer} == {200}
        assert sorted(body for group in box.groups for body in group) == sorted(b"%d" % n for n in range(200))
        assert max(map(len, box.groups)) <= 64
        assert len(box.groups) <= 5

    run(main)


def test_a_broker_that_hangs_holds_up_no_webhook() -> None:
    async def main() -> None:
        box = Box()
        box.may_wake.clear()
        lane = lane_to(box)
        for n in range(5):
            answer = await lane(b"%d" % n, signed(b"%d" % n))
            assert answer is not None
        assert not box.woken.is_set()
        box.may_wake.set()
        await asyncio.to_thread(box.woken.wait, 30)
        assert box.woken.is_set()

    run(main)


@pytest.mark.parametrize("trouble", ["refuses", "fails"])
def test_what_redis_does_not_take_is_the_views_under_the_same_id(trouble: str) -> None:
    async def main() -> None:
        box = Box()
        box.keeps, box.fails = False, trouble == "fails"
        lane = lane_to(box)
        environs = [signed(b"%d" % n) for n in range(3)]
        answers = await asyncio.gather(*(lane(b"%d" % n, each) for n, each in enumerate(environs)))
        assert answers == [None] * 3
        assert [each[WEBHOOK_KEY].body for each in environs] == [b"0", b"1", b"2"]
        # The next ones are tried again.
        box.keeps, box.fails = True, False
        assert await lane(b"4", signed(b"4")) is not None

    run(main)


def test_what_redis_took_and_did_not_say_is_kept_once(meta: Meta, monkeypatch: pytest.MonkeyPatch) -> None:
    app = meta.client.application
    arrivals = arrivals_of(app)
    line: Any = arrivals._loop_line
    monkeypatch.setattr(arrivals, "_redis_rests_until", 0.0)
    ask = line.ask

    async def takes_and_is_silent(request: bytes, count: int) -> list[Any]:
        await ask(request, count)
        raise TimeoutError

    monkeypatch.setattr(line, "ask", takes_and_is_silent)
    body = orjson.dumps(make_text_body("wamid.1"))
    headers = {"X-Hub-Signature-256": signature(body)}
    environ = EnvironBuilder("/webhook", method="POST", data=body, headers=headers).get_environ()

    async def main() -> None:
        assert await WebhookLane(arrivals, app.config[SETTINGS_KEY])(body, environ) is None
        line.close()

    run(main)
    # Everything behind the lane has it then, as behind the server's door.
    assert run_wsgi_app(app.wsgi_app, environ)[1] == "200 OK"
    meta.ingest()
    assert len(meta.rows("SELECT id FROM webhook_events")) == 1
    assert meta.rows("SELECT state FROM webhook_events") == [{"state": "done"}]


@pytest.mark.parametrize("environ", [{}, signed(b"x", "wrong"), {"HTTP_X_HUB_SIGNATURE_256": "sha256="}])
def test_what_is_not_signed_is_the_views_and_goes_nowhere(environ: dict[str, Any]) -> None:
    async def main() -> None:
        box = Box()
        assert await lane_to(box)(b"x", environ) is None
        assert box.groups == []
        assert WEBHOOK_KEY not in environ

    run(main)


def test_a_large_body_is_the_views() -> None:
    async def main() -> None:
        box, body = Box(), b"x" * (LARGE_BODY_BYTES + 1)
        assert await lane_to(box)(body, signed(body)) is None
        assert box.groups == []

    run(main)


def test_a_client_that_left_takes_no_other_along() -> None:
    async def main() -> None:
        box = Box()
        box.may_write.clear()
        lane = lane_to(box)
        tasks = [asyncio.create_task(lane(b"%d" % n, signed(b"%d" % n))) for n in range(4)]
        while not box.groups:
            await asyncio.sleep(0.005)
        tasks[0].cancel()
        tasks[2].cancel()
        box.may_write.set()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert [isinstance(answer, BaseException) for answer in answers] == [True, False, True, False]

    run(main)


def test_a_line_of_the_loop_outlives_its_connection(redis_client: Redis) -> None:
    """Redis closes the connection between two requests, and in one; a refused command harms no neighbour."""
    line: Any = loop_line(redis_client)

    async def main() -> None:
        assert await line.ask(_PING + _ECHO, 2) == [b"PONG", b"hello"]
        refused, after = await line.ask(pack_command(("HGET", "no")) + _PING, 2)
        assert isinstance(refused, ReplyError)
        assert after == b"PONG"
        for _ in range(2):
            [me] = await line.ask(pack_command(("CLIENT", "ID")), 1)
            redis_client.client_kill_filter(_id=str(me))
            assert await line.ask(_PING, 1) == [b"PONG"]
        # It ends itself: nothing was answered, and the next one is answered what it asked.
        with pytest.raises((LineBrokenError, ConnectionError)):
            await line.ask(pack_command(("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no")), 2)
        assert await line.ask(_ECHO, 1) == [b"hello"]
        line.close()

    run(main)


def test_a_late_answer_is_nobody_elses(redis_client: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    line: Any = loop_line(redis_client)
    monkeypatch.setattr("livechat.inbound.door.loop_line.ANSWER_TIMEOUT_S", 0.05)

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await line.ask(pack_command(("BLPOP", "nothing", "0.2")), 1)
        assert await line.ask(_ECHO, 1) == [b"hello"]
        line.close()

    run(main)


def test_a_way_that_only_the_client_knows_is_left_to_a_thread(meta: Meta) -> None:
    secret = Redis.from_url("rediss://127.0.0.1/0")
    assert loop_line(secret) is None
    app = meta.client.application
    arrivals = Arrivals(meta.redis)
    arrivals._loop_line = None
    body = orjson.dumps(make_text_body("wamid.1"))
    environ = {"HTTP_X_HUB_SIGNATURE_256": signature(body)}

    async def main() -> None:
        assert await WebhookLane(arrivals, app.config[SETTINGS_KEY])(body, environ) is not None

    run(main)
    assert meta.ingest().webhooks == 1

"""A sender that is killed between any two of its words to the database: sent once, or unknown, and in order."""

import multiprocessing
import os
import signal
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import pytest
from redis import Redis
from sqlalchemy.orm import Session, scoped_session

from livechat.models import Message
from livechat.outbound.delivery.apply_status import apply_statuses
from livechat.outbound.delivery.deliver import Sender
from livechat.outbound.delivery.sweep_outbound import sweep_outbound
from livechat.whatsapp.sending.outgoing import callback_data
from livechat.whatsapp.webhook.items import Source, StatusUpdate
from tests.conftest import environment
from tests.factories import make_conversation
from tests.sends import lone_sender
from tests.sends.conftest import deliver, execute, statuses, stored
from tests.sends.graph_server import GraphServer
from tests.services import EmbeddedServices

AnySession = scoped_session[Session]
Queue = Callable[..., Message]
_BYTES = 1 << 16


class KillingProxy:
    """Passes bytes on to PostgreSQL; after the n-th that the client says, the client is killed."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._lock = threading.Lock()
        self.said = 0
        self.kill_after = 0
        self.kill: Callable[[], None] = lambda: None
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                proxy.pass_on(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> "KillingProxy":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def pass_on(self, client: socket.socket) -> None:
        """One connection, to its end."""
        with socket.create_connection(self._target) as server:
            back = threading.Thread(target=_copy, args=(server, client), daemon=True)
            back.start()
            while words := _received(client):
                server.sendall(words)
                with self._lock:
                    self.said += 1
                    if self.said == self.kill_after:
                        self.kill()
            server.shutdown(socket.SHUT_WR)
            back.join()


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(_BYTES)
    except OSError:
        return b""


def _copy(source: socket.socket, target: socket.socket) -> None:
    while words := _received(source):
        try:
            target.sendall(words)
        except OSError:
            return


@pytest.fixture
def proxy(services: EmbeddedServices) -> Iterator[KillingProxy]:
    parts = urlsplit(services.database_url)
    assert parts.hostname is not None
    assert parts.port is not None
    with KillingProxy(parts.hostname, parts.port) as running:
        yield running


@pytest.fixture
def start(
    services: EmbeddedServices, graph: GraphServer, proxy: KillingProxy
) -> Iterator[Callable[[UUID, int], Any]]:
    """``start(conversation, n)``: a sender that is killed after its n-th word; 0 lets it live."""
    parts = urlsplit(services.database_url)
    address = parts.netloc.rpartition("@")[0] + f"@127.0.0.1:{proxy.port}"
    values = environment(
        services,
        DATABASE_URL=urlunsplit(parts._replace(netloc=address)),
        WHATSAPP_API_URL=graph.url,
        LIVECHAT_GRAPH_CONNECT_TIMEOUT_S="1",
        LIVECHAT_GRAPH_READ_TIMEOUT_S="5",
    )
    # A process that has everything imported, from which each sender is a copy.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.sends.lone_sender"])
    started: list[Any] = []

    def make(conversation_id: UUID, kill_after: int) -> Any:
        process = context.Process(target=lone_sender.run, args=(values, conversation_id), daemon=True)
        proxy.said, proxy.kill_after = 0, kill_after
        proxy.kill = lambda: os.kill(process.pid or 0, signal.SIGKILL)
        process.start()
        started.append(process)
        process.join(60)
        assert process.exitcode is not None
        return process

    yield make
    for process in started:
        if process.is_alive():
            process.kill()
        process.join()


@pytest.mark.timeout(300)
def test_wherever_it_is_killed_nothing_is_lost_sent_twice_or_out_of_order(
    session: AnySession,
    queue: Queue,
    sender: Sender,
    graph: GraphServer,
    redis_client: Redis,
    proxy: KillingProxy,
    start: Callable[[UUID, int], Any],
) -> None:
    ended: set[tuple[str, ...]] = set()
    # Its first words open connections and say what they are for.
    kill_after, is_over = 14, False
    while not is_over:
        kill_after += 1
        conversation = make_conversation(session)
        first, second = queue(conversation, "one").id, queue(conversation, "two").id
        phone = str(conversation.customer_phone)
        # A transaction of ours that is left open meanwhile would be ended on a busy machine.
        conversation_id = conversation.id
        session.rollback()
        assert start(conversation_id, kill_after).exitcode == -signal.SIGKILL
        # Time passes; then another worker goes on.
        execute("UPDATE chat_messages SET claimed_until = now() - interval '1 s' WHERE status = 'sending'")
        execute("UPDATE chat_messages SET created_at = now() - interval '1 h'")
        sweep_outbound(session, redis_client)
        # The one that was killed may have taken a turn, and the number's next comes some hundredths later.
        deliver(session, sender, conversation_id, stays_for_s=1.0)
        came_to = tuple(statuses(conversation_id))
        arrived = [body["text"]["body"] for body in graph.accepted_by(phone)]
        assert arrived in (["one", "two"], ["one"], ["two"], []), (kill_after, arrived)
        for message_id, word, status in zip((first, second), ("one", "two"), came_to, strict=True):
            assert status in ("sent", "unknown"), (kill_after, came_to)
            if status == "sent":
                assert arrived.count(word) == 1, (kill_after, came_to, arrived)
            elif word in arrived:
                _settle(session, graph, phone, message_id)
                assert stored(message_id).status == "delivered"
        # Before the first claim, after it, between the two, after the second claim, and after all of it.
        is_over = came_to == ("sent", "sent") and ("sent", "unknown") in ended
        ended.add(came_to)
    assert ended == {("sent", "sent"), ("unknown", "sent"), ("sent", "unknown")}


def _settle(session: AnySession, graph: GraphServer, phone: str, message_id: UUID) -> None:
    """Meta's status webhook about the message that was taken, by the id that the send carried."""
    carried = callback_data(message_id)
    [wamid] = [
        wamid
        for to, body, wamid in graph.accepted
        if to == phone and body["biz_opaque_callback_data"] == carried
    ]
    update = StatusUpdate(
        source=Source(0, "messages", None, stored(message_id).phone_number_id),
        wamid=wamid,
        status="delivered",
        timestamp=datetime.now(UTC),
        participant="",
        callback_data=carried,
        error=None,
        error_code=None,
        raw={},
    )
    apply_statuses(session, [update])
    session.commit()


def test_a_worker_that_is_killed_here_is_known_to_be_dead_before_its_deadline(
    session: AnySession,
    queue: Queue,
    redis_client: Redis,
    proxy: KillingProxy,
    start: Callable[[UUID, int], Any],
    graph: GraphServer,
) -> None:
    conversation = make_conversation(session)
    message_id, conversation_id = queue(conversation, "one").id, conversation.id
    session.rollback()
    kill_after = 14
    while stored(message_id).status != "sending":
        kill_after += 1
        start(conversation_id, kill_after)
    assert sweep_outbound(session, redis_client).expired == 0
    # Five seconds are left for what the dead one had already written to Meta.
    execute("ALTER TABLE chat_messages DISABLE TRIGGER touch_updated_at")
    execute("UPDATE chat_messages SET updated_at = now() - interval '6 s'")
    execute("ALTER TABLE chat_messages ENABLE TRIGGER touch_updated_at")
    assert sweep_outbound(session, redis_client).expired == 1
    assert stored(message_id).status == "unknown"

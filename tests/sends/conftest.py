"""Sends against a scripted Graph API, with the product's own session and, where it matters, a real worker."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import IO, Any
from uuid import UUID

import pytest
from flask import current_app
from redis import Redis
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from livechat.core.config import Settings
from livechat.core.extensions import db, redis
from livechat.domain.status import RANK
from livechat.models import Conversation, Message
from livechat.outbound.delivery.deliver import Sender
from livechat.outbound.delivery.dispatch import Dispatcher
from livechat.outbound.delivery.pace import Pace
from livechat.whatsapp.graph.client import GraphClient
from tests.conftest import ENCRYPTION_KEY, environment, wait_until
from tests.factories import make_message
from tests.sends.graph_server import GraphServer
from tests.services import EmbeddedServices

HOLD_S = 20.0


@pytest.fixture
def graph() -> Iterator[GraphServer]:
    with GraphServer() as server:
        yield server


@pytest.fixture
def sender(graph: GraphServer) -> Sender:
    client = GraphClient(graph.url, "v26.0", connect_timeout_s=1, read_timeout_s=1)
    return Sender(client, (ENCRYPTION_KEY,), HOLD_S)


@pytest.fixture
def queue(session: scoped_session[Session]) -> Callable[..., Message]:
    """``queue(conversation, text, **columns)``: a committed message that waits to be sent."""

    def make(conversation: Conversation, body: str = "On its way.", **columns: Any) -> Message:
        message = make_message(
            session,
            conversation,
            **{
                "direction": "outbound",
                "status": "queued",
                "wamid": None,
                "text": body,
                "sent_by": conversation.user_id,
                **columns,
            },
        )
        session.commit()
        return message

    return make


def deliver(
    session: scoped_session[Session],
    sender: Sender,
    *conversation_ids: UUID,
    threads: int = 4,
    rng: Random | None = None,
    stays_for_s: float = 0.0,
) -> None:
    """Send what is due in these conversations, as the worker's task does."""
    dispatcher = Dispatcher(
        sender,
        Pace(redis.client),
        threads=threads,
        context=current_app.app_context,
        rng=rng,
        stays_for_s=stays_for_s,
    )
    dispatcher.run(session, conversation_ids)


def stored(message_id: UUID) -> Any:
    """The message's row as it is committed now."""
    with db.engine.connect() as connection:
        return connection.execute(
            text("SELECT * FROM chat_messages WHERE id = :id"), {"id": message_id}
        ).one()


def seconds_until_due(message_id: UUID) -> float:
    with db.engine.connect() as connection:
        return float(
            connection.execute(
                text("SELECT extract(epoch FROM next_attempt_at - now()) FROM chat_messages WHERE id = :id"),
                {"id": message_id},
            ).scalar_one()
        )


def execute(statement: str, **parameters: Any) -> None:
    """Change rows behind the product's back, committed."""
    with db.engine.begin() as connection:
        connection.execute(text(statement), parameters)


def statuses(conversation_id: UUID) -> list[str]:
    """Statuses in the order of sending; each agrees with its rank."""
    with db.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT status, status_rank FROM chat_messages WHERE conversation_id = :id ORDER BY seq"),
            {"id": conversation_id},
        ).all()
    assert all(RANK[row.status] == row.status_rank for row in rows)
    return [row.status for row in rows]


class Worker:
    """A Celery process of its own session, so that a test can kill all of it."""

    def __init__(self, env: dict[str, str], log: IO[bytes], *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "celery_app", *arguments],
            env={**os.environ, **env},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def kill(self) -> None:
        """SIGKILL: no clean-up, no acknowledgement."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()


@pytest.fixture
def start_workers(
    services: EmbeddedServices, settings: Settings, graph: GraphServer, redis_client: Redis, tmp_path: Path
) -> Iterator[Callable[..., list[Worker]]]:
    """``start_workers(n, beat=True)``: n outbound workers with threads, one for maintenance, and beat."""
    with ExitStack() as stack, (tmp_path / "workers.log").open("wb") as log:

        def start(n: int = 1, *, beat: bool = True, queues: str = "outbound", **env: str) -> list[Worker]:
            defaults = {
                "WHATSAPP_API_URL": graph.url,
                "LIVECHAT_GRAPH_CONNECT_TIMEOUT_S": "1",
                "LIVECHAT_GRAPH_READ_TIMEOUT_S": "2",
            }
            values = environment(services, **(defaults | env))
            common = ("worker", "--loglevel=warning", "--without-gossip", "--without-mingle")
            workers = [
                stack.enter_context(
                    Worker(
                        values,
                        log,
                        *common,
                        "-P",
                        "threads",
                        "-c",
                        "8",
                        "-Q",
                        queues,
                        "-n",
                        f"s{i}@%h",
                    )
                )
                for i in range(n)
            ]
            if beat:
                # Solo: the sweep is short, and a second process fewer on a small machine.
                stack.enter_context(
                    Worker(values, log, *common, "-P", "solo", "-Q", "maintenance", "-n", "m@%h")
                )
                stack.enter_context(
                    Worker(
                        values, log, "beat", "--loglevel=warning", "-S", "celery.beat:Scheduler", "--pidfile="
                    )
                )
            wait_until(lambda: redis_client.exists("_kombu.binding.outbound"), timeout_s=30)
            return workers

        yield start

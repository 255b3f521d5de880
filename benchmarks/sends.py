"""Sends per second of one worker process with 64 threads, at 100 ms per call to Meta.

``python -m benchmarks.sends [messages] [conversations]`` starts PostgreSQL, Redis, a Graph API that takes
100 ms and a worker of its own, and prints one line of JSON. Nothing is asserted: the machine decides.
"""

import os
import signal
import subprocess
import sys
import time
from itertools import count
from typing import Any

import orjson
from cryptography.fernet import Fernet
from flask_migrate import upgrade
from sqlalchemy import text

from livechat import create_app
from livechat.config import Settings
from livechat.domain.ids import uuid7
from livechat.extensions import db
from livechat.outbox import enqueue
from livechat.tasknames import TaskName
from local.ports import service_port
from local.services import EmbeddedServices

LATENCY_S = 0.1
THREADS = 64


def main(messages: int, conversations: int) -> None:
    """Queue the messages, start the worker, and measure from its first send to its last."""
    port = service_port()
    with EmbeddedServices() as services:
        env = {
            "DATABASE_URL": services.database_url,
            "REDIS_URL": services.redis_url,
            "WHATSAPP_VERIFY_TOKEN": "benchmark",
            "WHATSAPP_APP_SECRET": "benchmark",
            "WHATSAPP_API_URL": f"http://127.0.0.1:{port}",
            "SUPABASE_JWT_SECRET": "a secret of the benchmark, long enough",
            "LIVECHAT_ENCRYPTION_KEY": Fernet.generate_key().decode(),
        }
        settings = Settings.from_env(env)
        with create_app(settings).app_context():
            upgrade()
            ids = _queue(settings, messages, conversations)
            graph = _start(env, "tests.sends.graph_server", str(port), str(LATENCY_S))
            began = time.monotonic()
            for n in range(messages):
                enqueue(TaskName.SEND, conversation_id=ids[n % conversations])
            enqueued_s = time.monotonic() - began
            worker = _start(
                env, "celery", "-A", "celery_app", "worker", "--loglevel=warning", "-P", "threads",
                "-c", str(THREADS), "-Q", "outbound", "--without-gossip", "--without-mingle",
            )  # fmt: skip
            try:
                result = _measure(messages)
                result["worker_cpu_ms_per_send"] = round(_cpu_s(worker.pid) * 1000 / messages, 2)
                result["worker_rss_mb"] = _rss_mb(worker.pid)
            finally:
                for process in (worker, graph):
                    process.send_signal(signal.SIGKILL)
                    process.wait()
            result["enqueue_per_s"] = round(messages / enqueued_s)
            print(orjson.dumps(result | {"messages": messages, "conversations": conversations}).decode())
            db.session.remove()
            db.engine.dispose()


def _start(env: dict[str, str], *module: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", *module], env={**os.environ, **env}, stdout=subprocess.DEVNULL
    )


def _queue(settings: Settings, messages: int, conversations: int) -> list[str]:
    token = Fernet(settings.encryption_keys[0]).encrypt(b"EAAbenchmark").decode()
    account, owner = uuid7(), uuid7()
    ids = [str(uuid7()) for _ in range(conversations)]
    serial = count()
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO waba_accounts (id, user_id, waba_id, access_token_encrypted) "
                "VALUES (:account, :owner, '1', :token)"
            ),
            {"account": account, "owner": owner, "token": token},
        )
        connection.execute(
            text(
                "INSERT INTO phone_numbers (phone_number_id, account_id, display_phone_number, "
                "display_digits, status) VALUES ('1', :account, '1', '1', 'connected')"
            ),
            {"account": account},
        )
        connection.execute(
            text(
                "INSERT INTO chat_conversations (id, user_id, phone_number_id, customer_phone, "
                "last_message_time, last_inbound_at) VALUES (:id, :owner, '1', :phone, now(), now())"
            ),
            [{"id": id_, "owner": owner, "phone": f"9198{next(serial):08d}"} for id_ in ids],
        )
        connection.execute(
            text(
                "INSERT INTO chat_messages (id, conversation_id, phone_number_id, direction, origin, "
                "message_type, text, content, status, status_rank, timestamp, next_attempt_at) "
                "VALUES (:id, :conversation, '1', 'outbound', 'livechat', 'text', 'On its way.', "
                '\'{"text": {"body": "On its way."}}\', \'queued\', 0, now(), now())'
            ),
            [{"id": uuid7(), "conversation": ids[n % conversations]} for n in range(messages)],
        )
        connection.execute(text("ANALYZE"))
    return ids


def _measure(messages: int) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while True:
        with db.engine.connect() as connection:
            sent, seconds = connection.execute(
                text(
                    "SELECT count(*), extract(epoch FROM max(sent_at) - min(sent_at)) FROM chat_messages "
                    "WHERE status = 'sent'"
                )
            ).one()
        if sent == messages or time.monotonic() > deadline:
            return {
                "sent": sent,
                "seconds": round(float(seconds or 0), 2),
                "per_s": round(sent / float(seconds)),
            }
        time.sleep(1)


def _cpu_s(pid: int) -> float:
    """Seconds of processor time: unlike the rate, it says the same on a busy machine."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        user, system = stat.read().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _rss_mb(pid: int) -> int:
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    main(*(arguments + [5000, 2500][len(arguments) :]))

"""The whole product as `make run` starts it, in a folder of its own, and traffic through its front doors."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import requests
from redis import Redis

from local import procfs
from local.ports import service_port
from local.postgres_server import copy_initialised
from sandbox.testing import SandboxClient
from tests.conftest import wait_until
from tests.services import template

ROOT = Path(__file__).resolve().parents[2]
API = "/api/live-chat"


@dataclass(frozen=True)
class Product:
    """Addresses and files of a run."""

    data: Path
    environ: dict[str, str]
    web: str
    flower: str
    sandbox: SandboxClient

    def secrets(self) -> dict[str, str]:
        lines = (self.data / "secrets.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if not line.startswith("#"))

    def logs(self, pattern: str = "*") -> dict[str, str]:
        return {path.name: path.read_text() for path in (self.data / "logs").glob(f"{pattern}.log*")}

    def redis(self) -> dict[str, bytes]:
        """{key: everything that it holds}, decoded by type: a dump of Redis' own would be compressed."""
        port = int((self.data / "redis.port").read_text())
        held: dict[str, bytes] = {}
        with Redis(port=port, password=self.secrets()["REDIS_PASSWORD"]) as client:
            readers: dict[bytes, Callable[[bytes], Any]] = {
                b"string": client.get,
                b"list": lambda key: client.lrange(key, 0, -1),
                b"hash": client.hgetall,
                b"set": client.smembers,
                b"zset": lambda key: client.zrange(key, 0, -1),
                b"stream": client.xrange,
            }
            for key in client.scan_iter():
                held[key.decode(errors="replace")] = key + repr(readers[client.type(key)](key)).encode()
        return held

    def tables(self) -> dict[str, str]:
        """{table: every row of it as text}; ``bytea`` as the text that it holds."""
        port = int((self.data / "postgres.port").read_text())
        password = self.secrets()["POSTGRES_PASSWORD"]
        address = f"postgresql://livechat:{password}@127.0.0.1:{port}/livechat"
        with psycopg.connect(address) as connection:
            connection.execute("SET bytea_output = 'escape'")
            names = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            return {
                name: "\n".join(
                    row[0] for row in connection.execute(f'SELECT t::text FROM "{name}" t').fetchall()
                )
                for (name,) in names
            }

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A command inside this run, as an operator types it."""
        return subprocess.run(
            [sys.executable, "-m", "local.within", *arguments],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def metrics(self) -> dict[str, float]:
        """{sample with its labels: value}."""
        answer = requests.get(f"{self.web}/metrics", timeout=10)
        assert answer.status_code == 200
        lines = [line for line in answer.text.splitlines() if line and not line.startswith("#")]
        return {sample: float(value) for sample, value in (line.rsplit(" ", 1) for line in lines)}

    def tasks(self) -> list[dict[str, Any]]:
        """What Flower knows of every task."""
        answer = requests.get(f"{self.flower}/api/tasks", timeout=10)
        assert answer.status_code == 200
        return list(answer.json().values())


@contextmanager
def running_product(folder: Path) -> Iterator[Product]:
    """Start it, wait for its line ``ready:``, and stop it in the end."""
    data, ports = folder / "data", [str(service_port()) for _ in range(3)]
    password, initialised = template()
    data.mkdir()
    copy_initialised(initialised, data / "postgres")
    (data / "secrets.env").write_text(f"POSTGRES_PASSWORD={password}\n")
    environ = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "LIVECHAT_DATA_DIR": str(data),
        "LIVECHAT_PORT": ports[0],
        "FLOWER_PORT": ports[1],
        "SANDBOX_PORT": ports[2],
        # Without it Flower gives its API to nobody.
        "FLOWER_UNAUTHENTICATED_API": "1",
    }
    said = folder / "output"
    with said.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "local"],
            cwd=ROOT,
            env=environ,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    sandbox = SandboxClient(f"http://127.0.0.1:{ports[2]}")
    try:
        wait_until(lambda: process.poll() is not None or "ready: " in said.read_text(), timeout_s=240)
        assert process.poll() is None, said.read_text()
        yield Product(data, environ, f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}", sandbox)
    finally:
        sandbox.close()
        process.terminate()
        process.wait(30)
        procfs.kill_processes_of(data)

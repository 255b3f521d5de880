"""The programs of the product as data: what is run, in which order it stops, and how it is known to serve."""

import sys
from dataclasses import dataclass
from enum import IntEnum

from local.ports import HOST
from local.settings import LocalSettings

APPLICATION_STOP_S = 7
SERVER_STOP_S = 3
# Web workers may finish their requests, but the whole has 15 s to stop, databases included.
WEB_WORKERS_KILL_S = 5
# For a request's head, and for the next one over a connection that is kept.
HEAD_MS = 15_000


class Tier(IntEnum):
    """Programs of a tier stop together, the highest tier first."""

    DATABASE = 1
    BROKER = 2
    APPLICATION = 3


@dataclass(frozen=True)
class Program:
    """One supervised process. `port`: where it listens when it serves, or 0.

    `comes_later`: it starts once the web is ready, so that it takes no processor from what that waits for.
    """

    name: str
    command: tuple[str, ...]
    tier: Tier = Tier.APPLICATION
    stop_signal: str = "TERM"
    stop_wait_s: int = APPLICATION_STOP_S
    identity: str = "self"
    port: int = 0
    comes_later: bool = False


@dataclass(frozen=True)
class Plan:
    """What the launcher runs between the databases' start and the line `ready:`.

    First `migrate` to its end, then the `programs`, then, once the web says it is ready, those that come
    later, and `seed` to its end.
    The empty tuple leaves a step out.
    """

    migrate: tuple[str, ...]
    programs: tuple[Program, ...]
    seed: tuple[str, ...]


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)


def _celery(*arguments: str) -> tuple[str, ...]:
    # Quiet leaves out the banner, which is no JSON.
    return _python("celery", "-q", "-A", "celery_app", *arguments)


def worker(name: str, queues: str, pool: str, concurrency: int) -> Program:
    """A Celery worker that consumes these queues."""
    options = ("-P", pool, "-c", str(concurrency), "-E", "--without-gossip", "--without-mingle", "-l", "info")
    command = _celery("worker", "-n", f"{name}@%h", "-Q", queues, *options)
    return Program(f"worker-{name}", command)


def web(port: int) -> Program:
    """The web server, with the application, on this port."""
    command = _python(
        "local.web",
        # HTTP/1 alone: where the version is still to be found out no deadline for heads holds.
        *("--interface", "asgi", "--http", "1", "--http1-header-read-timeout", str(HEAD_MS)),
        *("--workers", "2", "--backlog", "2048", "--no-ws", "--respawn-failed-workers", "--no-access-log"),
        *("--workers-kill-timeout", str(WEB_WORKERS_KILL_S), "--log-config", "livechat/granian_log.json"),
        *("--host", HOST, "--port", str(port), "wsgi:server"),
    )
    return Program("web", command, port=port)


def product(settings: LocalSettings) -> Plan:
    """The plan of `make run`."""
    state = settings.folder.state
    programs = [
        web(settings.web_port),
        worker("inbound", "inbound", "prefork", 2),
        # Sends wait for the network, so threads; the others wait for the processor and the database.
        worker("outbound", "outbound", "threads", 64),
        # Apart from the sweeps, which must not wait behind slow downloads.
        worker("media", "media", "threads", 4),
        worker("background", "maintenance", "prefork", 2),
        Program(
            "beat",
            _celery("beat", "--schedule", str(state / "beat"), "--pidfile=", "-l", "info"),
            comes_later=True,
        ),
        Program(
            "flower",
            # Flower has metrics of its own, on its own port; in the product's folder they would be ours too.
            # It needs the broker alone, whose address it has from the environment, and not the product.
            (
                *("env", "-u", "PROMETHEUS_MULTIPROC_DIR"),
                *_python(
                    "local.flower", "-q", "flower", f"--address={HOST}", f"--port={settings.flower_port}"
                ),
                *("--persistent=True", f"--db={state / 'flower'}"),
                "--tasks-columns=name,kwargs,state,received,runtime,worker,uuid",
            ),
            port=settings.flower_port,
            comes_later=True,
        ),
    ]
    if settings.sandbox:
        programs.append(Program("sandbox", _python("sandbox"), port=settings.sandbox_port))
    return Plan(
        migrate=_python("flask", "--app", "wsgi", "db", "upgrade"),
        programs=tuple(programs),
        seed=_python("sandbox.seed") if settings.sandbox else (),
    )

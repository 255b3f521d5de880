"""The programs of the product as data: their commands, their order at the end, and their ports."""

import sys
from dataclasses import dataclass, replace
from enum import IntEnum

from local.ports import HOST
from local.settings import LocalSettings

APPLICATION_STOP_S = 7
SERVER_STOP_S = 3
# Web workers may finish their requests, but everything must stop within 15 s, with the databases.
WEB_WORKERS_KILL_S = 5
# A client has this long for a request's head, and for the next request on a connection.
HEAD_MS = 15_000
# A worker says as often that it consumes, and counts as gone when it has not for ten seconds.
HEARTBEAT_S = 3


class Tier(IntEnum):
    """Programs of a tier stop together. The highest tier is first."""

    DATABASE = 1
    BROKER = 2
    APPLICATION = 3


@dataclass(frozen=True)
class Program:
    """One supervised process. `port` is where it listens, or 0.

    One that `comes_later` starts once the web is ready, so that it does not slow down what the web waits for.
    One that is `forked` runs in `make run` as a fork of the supervisor, which has loaded the product once for
    all of these. Its command holds all the same, here and elsewhere.
    """

    name: str
    command: tuple[str, ...]
    tier: Tier = Tier.APPLICATION
    stop_signal: str = "TERM"
    stop_wait_s: int = APPLICATION_STOP_S
    identity: str = "self"
    port: int = 0
    comes_later: bool = False
    forked: bool = False


@dataclass(frozen=True)
class Plan:
    """What the launcher runs between the databases' start and the line `ready:`.

    `migrate` runs to its end, and then the `programs` start. Once the web says that it is ready, those that
    come later start, and `seed` runs to its end. `fill` begins after `ready:`, once, and nothing waits for
    it. An empty tuple leaves a step out.
    """

    migrate: tuple[str, ...]
    programs: tuple[Program, ...]
    seed: tuple[str, ...]
    fill: tuple[str, ...] = ()


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)


def _celery(*arguments: str) -> tuple[str, ...]:
    # Without -q there would be a banner among the JSON of the log.
    return _python("celery", "-q", "-A", "celery_app", *arguments)


def worker(name: str, queues: str, pool: str, concurrency: int) -> Program:
    """A Celery worker that consumes these queues."""
    options = (
        *("-P", pool, "-c", str(concurrency), "-E", "-l", "info"),
        *("--without-gossip", "--without-mingle", "--heartbeat-interval", str(HEARTBEAT_S)),
    )
    command = _celery("worker", "-n", f"{name}@%h", "-Q", queues, *options)
    return Program(f"worker-{name}", command, forked=True)


def web(port: int) -> Program:
    """The web server, with the application, on this port."""
    command = _python(
        "local.web",
        # HTTP/1 alone: while granian finds out the version it has no deadline for heads.
        *("--interface", "asgi", "--http", "1", "--http1-header-read-timeout", str(HEAD_MS)),
        *("--workers", "2", "--backlog", "2048", "--no-ws", "--respawn-failed-workers", "--no-access-log"),
        *("--workers-kill-timeout", str(WEB_WORKERS_KILL_S), "--log-config", "livechat/granian_log.json"),
        *("--host", HOST, "--port", str(port), "wsgi:server"),
    )
    return Program("web", command, port=port, forked=True)


def product(settings: LocalSettings) -> Plan:
    """The plan of `make run`."""
    state = settings.folder.state
    programs = [
        web(settings.web_port),
        worker("inbound", "inbound", "prefork", 2),
        # Sends wait for the network, so threads do. The others need the processor and the database.
        worker("outbound", "outbound", "threads", 64),
        # The sweeps have another worker, since they must not wait for slow downloads.
        worker("media", "media", "threads", 4),
        worker("background", "maintenance", "prefork", 2),
        Program(
            "beat",
            _celery("beat", "--schedule", str(state / "beat"), "--pidfile=", "-l", "info"),
            comes_later=True,
            forked=True,
        ),
        Program(
            "flower",
            # It needs the broker only, not the product, and finds its address in the environment.
            (
                *_python(
                    "local.flower", "-q", "flower", f"--address={HOST}", f"--port={settings.flower_port}"
                ),
                *("--persistent=True", f"--db={state / 'flower'}"),
                "--tasks-columns=name,kwargs,state,received,runtime,worker,uuid",
            ),
            port=settings.flower_port,
            comes_later=True,
            forked=True,
        ),
    ]
    if settings.sandbox:
        programs.append(Program("sandbox", _python("sandbox"), port=settings.sandbox_port, forked=True))
    return Plan(
        migrate=_python("flask", "--app", "wsgi", "db", "upgrade"),
        programs=tuple(programs),
        seed=_python("sandbox.seed") if settings.sandbox else (),
    )


def demo(settings: LocalSettings) -> Plan:
    """The plan of `make demo`: as `make run`, with a team's inbox in the sandbox."""
    plan = product(settings)
    if not settings.sandbox:
        return plan
    return replace(plan, fill=_python("sandbox.demo_inbox", str(settings.folder.state / "demo-inbox")))

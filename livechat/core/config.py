"""Settings: the only reader of the environment. Every fault is listed at once; no secret has a default."""

import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from cryptography.fernet import Fernet
from kombu.transport import TRANSPORT_ALIASES
from limits import parse_many

from livechat.domain.hosts import ANY, host_name

# The newest version that docs/meta/cloud-api.md names (29 July 2026).
NEWEST_GRAPH_VERSION = "v26.0"
# Where ``create_app`` keeps its Settings in ``app.config``.
SETTINGS_KEY = "LIVECHAT_SETTINGS"
_GRAPH_VERSION = re.compile(r"v[0-9]+\.[0-9]+")

Number = TypeVar("Number", int, float)
Network = IPv4Network | IPv6Network


class InvalidSettingsError(Exception):
    """Settings that are missing or malformed; ``faults`` has one sentence for each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("The configuration is not usable:\n  - " + "\n  - ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process needs to know. A default holds where the environment says nothing.

    Secrets stay out of ``repr``; units are in the names.
    """

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    celery_broker_url: str = field(repr=False)
    whatsapp_verify_token: str = field(repr=False)
    whatsapp_app_secrets: tuple[str, ...] = field(repr=False)
    encryption_keys: tuple[str, ...] = field(repr=False)
    whatsapp_api_url: str = "https://graph.facebook.com"
    whatsapp_api_version: str = NEWEST_GRAPH_VERSION
    supabase_jwt_secret: str | None = field(default=None, repr=False)
    supabase_url: str | None = None
    supabase_anon_key: str | None = field(default=None, repr=False)
    supabase_service_role_key: str | None = field(default=None, repr=False)
    smtp_url: str | None = field(default=None, repr=False)
    sandbox: bool = False
    sandbox_url: str | None = None
    webhook_max_bytes: int = 4 * 1024 * 1024
    webhook_retention_days: int = 30
    graph_connect_timeout_s: float = 5.0
    graph_read_timeout_s: float = 30.0
    database_pool_size: int = 10
    rate_limit_reads: str = "6000 per minute"
    rate_limit_sends: str = "3000 per minute"
    rate_limit_connects: str = "60 per minute"
    rate_limit_invites: str = "100 per hour"
    rate_limit_presence: str = "12000 per minute"
    rate_limit_searches: str = "600 per minute"
    event_streams_per_user: int = 20
    event_streams_per_process: int = 560
    hosts: frozenset[str] = frozenset({ANY})
    metrics_hosts: frozenset[str] = frozenset()
    trusted_proxies: tuple[Network, ...] = ()
    body_grace_s: float = 10.0
    body_min_bytes_per_s: int = 4096
    body_max_s: float = 3600.0
    bodies_per_address: int = 128
    connections_per_address: int = 512
    web_threads: int = 600
    media_dir: str = ".local/media"
    media_unsent_quota_mb: int = 2000
    media_least_free_mb: int = 200
    media_s3_bucket: str | None = None
    media_s3_prefix: str = ""
    media_s3_endpoint_url: str | None = None
    media_s3_region: str | None = None
    media_s3_access_key: str | None = field(default=None, repr=False)
    media_s3_secret_key: str | None = field(default=None, repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read and check everything; raises InvalidSettingsError with every fault there is."""
        return _Reader(os.environ if env is None else env).settings()


# The defaults stand in the class alone and are read from this instance. Fields without one are blank here.
_UNSET = Settings(
    database_url="",
    redis_url="",
    celery_broker_url="",
    whatsapp_verify_token="",
    whatsapp_app_secrets=(),
    encryption_keys=(),
)
# Settings whose variable is LIVECHAT_ and the name in capitals.
_NUMBERS = (
    "webhook_retention_days",
    "graph_connect_timeout_s",
    "graph_read_timeout_s",
    "database_pool_size",
    "event_streams_per_user",
    "event_streams_per_process",
    "body_grace_s",
    "body_min_bytes_per_s",
    "body_max_s",
    "bodies_per_address",
    "connections_per_address",
    "web_threads",
    "media_unsent_quota_mb",
    "media_least_free_mb",
)
_RATES = (
    "rate_limit_reads",
    "rate_limit_sends",
    "rate_limit_connects",
    "rate_limit_invites",
    "rate_limit_presence",
    "rate_limit_searches",
)


class _Reader:
    """Collects faults while it reads, so that an operator mends them in one go."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._faults: list[str] = []

    def _text(self, name: str) -> str | None:
        return self._env.get(name, "").strip() or None

    def _required(self, name: str, what: str) -> str:
        value = self._text(name)
        if value is None:
            self._faults.append(f"{name} is missing: {what}.")
        return value or ""

    def _url(self, name: str, value: str, schemes: tuple[str, ...]) -> str:
        if not value:
            return value
        try:
            parts = urlsplit(value)
            usable = parts.scheme in schemes and (bool(parts.hostname) or parts.scheme == "unix")
        except ValueError:
            usable = False
        if not usable:
            self._faults.append(f"{name} is malformed: expected a URL that begins with {schemes[0]}://.")
        return value

    def _number(self, name: str, default: Number) -> Number:
        """The number under ``name``, of the default's type."""
        text = self._text(name)
        if text is None:
            return default
        kind = type(default)
        try:
            value = kind(text)
        except ValueError:
            value = kind("0")
        if not 0 < value < math.inf:
            self._faults.append(f"{name} is malformed: expected a number above 0.")
        return value

    def _database_url(self) -> str:
        value = self._required("DATABASE_URL", "the PostgreSQL database")
        self._url("DATABASE_URL", value, ("postgresql", "postgres", "postgresql+psycopg"))
        scheme, separator, rest = value.partition("://")
        return f"postgresql+psycopg://{rest}" if separator and scheme in ("postgres", "postgresql") else value

    def _encryption_keys(self) -> tuple[str, ...]:
        value = self._required("LIVECHAT_ENCRYPTION_KEY", "the Fernet key(s) for access tokens, newest first")
        keys = self._several("LIVECHAT_ENCRYPTION_KEY", value)
        try:
            for key in keys:
                Fernet(key)
        except ValueError:
            self._faults.append(
                "LIVECHAT_ENCRYPTION_KEY is malformed: every key is 32 bytes in URL-safe base64."
            )
        return keys

    def _app_secrets(self) -> tuple[str, ...]:
        return self._several(
            "WHATSAPP_APP_SECRET", self._required("WHATSAPP_APP_SECRET", "it signs Meta's webhooks")
        )

    def _several(self, name: str, value: str) -> tuple[str, ...]:
        """The parts between commas. Commas alone are a fault: no parts would open or close everything."""
        parts = tuple(part.strip() for part in value.split(",") if part.strip())
        if value and not parts:
            self._faults.append(f"{name} is malformed: there is nothing between its commas.")
        return parts

    def _broker_url(self, redis_url: str) -> str:
        value = self._text("CELERY_BROKER_URL")
        if value is not None and value.partition("://")[0].split("+")[0] not in TRANSPORT_ALIASES:
            self._faults.append("CELERY_BROKER_URL is malformed: expected a URL like redis://… or amqp://….")
        return value or redis_url

    def _api_version(self, default: str) -> str:
        value = self._text("WHATSAPP_API_VERSION") or default
        if not _GRAPH_VERSION.fullmatch(value):
            self._faults.append(
                f"WHATSAPP_API_VERSION is malformed: expected one like {NEWEST_GRAPH_VERSION}."
            )
        return value

    def _rate(self, name: str, default: str) -> str:
        value = self._text(name) or default
        try:
            parse_many(value)
        except ValueError:
            self._faults.append(f"{name} is malformed: expected limits like “{default}”.")
        return value

    def _hosts(self, name: str, default: frozenset[str]) -> frozenset[str]:
        parts = self._several(name, self._text(name) or "")
        names = [part if part == ANY else host_name(part) for part in parts]
        if None in names:
            self._faults.append(f"{name} is malformed: expected names like chat.example.com, or {ANY}.")
        return frozenset(each for each in names if each is not None) or default

    def _networks(self, name: str, default: tuple[Network, ...]) -> tuple[Network, ...]:
        try:
            networks = tuple(
                ip_network(part.strip(), strict=False)
                for part in (self._text(name) or "").split(",")
                if part.strip()
            )
        except ValueError:
            self._faults.append(f"{name} is malformed: expected addresses or networks like 10.0.0.0/8.")
            return default
        return networks or default

    def _flag(self, name: str, default: bool) -> bool:
        value = self._text(name)
        if value is None:
            return default
        if value not in ("0", "1"):
            self._faults.append(f"{name} is malformed: it is 0 or 1.")
        return value == "1"

    def _supabase(self) -> tuple[str | None, str | None]:
        secret, url = self._text("SUPABASE_JWT_SECRET"), self._text("SUPABASE_URL")
        if secret is None and url is None:
            self._faults.append(
                "SUPABASE_JWT_SECRET is missing: the secret of the Supabase project, or set SUPABASE_URL."
            )
        if secret is not None and len(secret.encode()) < 32:
            self._faults.append("SUPABASE_JWT_SECRET is malformed: HS256 needs at least 32 bytes.")
        if url is not None:
            self._url("SUPABASE_URL", url, ("https", "http"))
        return secret, url.rstrip("/") if url else None

    def _service_role_key(self, supabase_url: str | None) -> str | None:
        key = self._text("SUPABASE_SERVICE_ROLE_KEY")
        # It is sent as a header.
        if key is not None and not (key.isascii() and key.isprintable()):
            self._faults.append("SUPABASE_SERVICE_ROLE_KEY is malformed: a key has printable characters.")
        elif key is not None and supabase_url is None:
            self._faults.append("SUPABASE_SERVICE_ROLE_KEY is malformed: it needs SUPABASE_URL beside it.")
        return key

    def _smtp_url(self) -> str | None:
        value = self._text("LIVECHAT_SMTP_URL")
        if value is None:
            return None
        faults = len(self._faults)
        self._url("LIVECHAT_SMTP_URL", value, ("smtp", "smtps"))
        try:
            sender = parse_qs(urlsplit(value).query).get("from", [""])[-1]
            is_usable = urlsplit(value).port != 0 and sender.isprintable()
        except ValueError:
            is_usable = False
        if not is_usable and len(self._faults) == faults:
            self._faults.append("LIVECHAT_SMTP_URL is malformed: see docs/operations.md for its form.")
        return value

    def _media_dir(self, default: str) -> str:
        """The path made absolute, since processes may be started in different folders."""
        given, data = self._text("LIVECHAT_MEDIA_DIR"), self._text("LIVECHAT_DATA_DIR")
        return os.path.abspath(given or (os.path.join(data, "media") if data is not None else default))

    def _media_s3(self) -> dict[str, Any]:
        names = ("bucket", "endpoint_url", "region", "access_key", "secret_key")
        values = {f"media_s3_{name}": self._text(f"LIVECHAT_MEDIA_S3_{name.upper()}") for name in names}
        if values["media_s3_endpoint_url"] is not None:
            self._url("LIVECHAT_MEDIA_S3_ENDPOINT_URL", values["media_s3_endpoint_url"], ("https", "http"))
        if (values["media_s3_access_key"] is None) != (values["media_s3_secret_key"] is None):
            self._faults.append(
                "LIVECHAT_MEDIA_S3_ACCESS_KEY and LIVECHAT_MEDIA_S3_SECRET_KEY belong together: set both."
            )
        if values["media_s3_bucket"] is None and any(values.values()):
            self._faults.append(
                "LIVECHAT_MEDIA_S3_BUCKET is missing: other LIVECHAT_MEDIA_S3 settings need it."
            )
        return values

    def _each(self, names: tuple[str, ...], read: Callable[[str, Any], Any]) -> dict[str, Any]:
        return {name: read(f"LIVECHAT_{name.upper()}", getattr(_UNSET, name)) for name in names}

    def settings(self) -> Settings:
        redis_url = self._required("REDIS_URL", "the Redis server")
        self._url("REDIS_URL", redis_url, ("redis", "rediss", "unix"))
        secret, supabase_url = self._supabase()
        api_url = self._text("WHATSAPP_API_URL") or _UNSET.whatsapp_api_url
        result = Settings(
            database_url=self._database_url(),
            redis_url=redis_url,
            celery_broker_url=self._broker_url(redis_url),
            whatsapp_verify_token=self._required("WHATSAPP_VERIFY_TOKEN", "Meta's handshake names it"),
            whatsapp_app_secrets=self._app_secrets(),
            encryption_keys=self._encryption_keys(),
            whatsapp_api_url=self._url("WHATSAPP_API_URL", api_url, ("https", "http")).rstrip("/"),
            whatsapp_api_version=self._api_version(_UNSET.whatsapp_api_version),
            supabase_jwt_secret=secret,
            supabase_url=supabase_url,
            supabase_anon_key=self._text("SUPABASE_ANON_KEY"),
            supabase_service_role_key=self._service_role_key(supabase_url),
            smtp_url=self._smtp_url(),
            sandbox=self._flag("LIVECHAT_SANDBOX", _UNSET.sandbox),
            sandbox_url=self._text("SANDBOX_URL"),
            hosts=self._hosts("LIVECHAT_HOSTS", _UNSET.hosts),
            metrics_hosts=self._hosts("LIVECHAT_METRICS_HOSTS", _UNSET.metrics_hosts),
            trusted_proxies=self._networks("LIVECHAT_TRUSTED_PROXIES", _UNSET.trusted_proxies),
            media_dir=self._media_dir(_UNSET.media_dir),
            media_s3_prefix=self._text("LIVECHAT_MEDIA_S3_PREFIX") or _UNSET.media_s3_prefix,
            **self._each(_NUMBERS, self._number),
            **self._each(_RATES, self._rate),
            **self._media_s3(),
        )
        if self._faults:
            raise InvalidSettingsError(self._faults)
        return result

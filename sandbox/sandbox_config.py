"""The settings of the sandbox: addresses and secrets, read from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sandbox.own_names import LOOPBACK, is_readable_origin, name_in

DEFAULT_WABA_ID = "811978564885194"
DEFAULT_PHONE_NUMBER_ID = "830558756814059"


class ConfigError(Exception):
    """A setting is missing or malformed. `faults` lists all such settings at once."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("; ".join(faults))


@dataclass(slots=True)
class SandboxConfig:
    """Settings of one sandbox. `PUT /sandbox/config` changes some of them while it runs."""

    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    access_token: str = field(repr=False)
    jwt_secret: str = field(repr=False)
    callback_url: str = "http://127.0.0.1:8000/webhook"
    livechat_url: str = "http://127.0.0.1:8000"
    supabase_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8001
    smtp_port: int | None = None
    public_url: str = ""
    state_path: str = ""
    seed: int | None = None
    webhook_timeout_s: float = 10.0
    hosts: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """The names that a Host header may hold: this machine's, our own, and those of SANDBOX_HOSTS."""
        own = {self.host.strip("[]"), urlsplit(self.public_url).hostname or ""} - {"0.0.0.0", "::", ""}  # noqa: S104  # every address is no name
        return LOOPBACK | own | self.hosts

    def __post_init__(self) -> None:
        if not self.public_url:
            self.public_url = f"http://{self.host}:{self.port}"

    def is_livechat_page(self, origin: str | None) -> bool:
        """Whether the live chat's page has this origin, under any name of this machine."""
        if not origin or origin == self.livechat_url:
            return bool(origin)
        if not is_readable_origin(origin):
            return False
        asked, known = urlsplit(origin), urlsplit(self.livechat_url)
        names = {asked.hostname, known.hostname}
        return (asked.scheme, asked.port) == (known.scheme, known.port) and names <= LOOPBACK

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> SandboxConfig:
        """Read the environment. Raises ConfigError listing everything that is missing or malformed."""
        faults: list[str] = []

        def secret(name: str) -> str:
            value = env.get(name, "").split(",")[0].strip()
            if not value:
                faults.append(f"{name} is not set")
            return value

        def url(name: str, default: str) -> str:
            value = (env.get(name) or default).rstrip("/")
            if value and urlsplit(value).scheme not in {"http", "https"}:
                faults.append(f"{name} is not an http or https URL")
            return value

        def integer(name: str, default: str) -> int:
            value = env.get(name) or default
            if not value.isdigit():
                faults.append(f"{name} is not a whole number")
                return 0
            return int(value)

        config = cls(
            app_secret=secret("WHATSAPP_APP_SECRET"),
            verify_token=secret("WHATSAPP_VERIFY_TOKEN"),
            access_token=secret("SANDBOX_ACCESS_TOKEN"),
            jwt_secret=secret("SUPABASE_JWT_SECRET"),
            callback_url=url("SANDBOX_CALLBACK_URL", "http://127.0.0.1:8000/webhook"),
            livechat_url=url("LIVECHAT_URL", "http://127.0.0.1:8000"),
            supabase_url=url("SUPABASE_URL", ""),
            host=env.get("SANDBOX_HOST") or "127.0.0.1",
            port=integer("SANDBOX_PORT", "8001"),
            smtp_port=integer("SANDBOX_SMTP_PORT", "0") if env.get("SANDBOX_SMTP_PORT") else None,
            public_url=url("SANDBOX_PUBLIC_URL", ""),
            state_path=env.get("SANDBOX_STATE", ""),
            hosts=frozenset(
                name_in(part.strip()) or part.strip()
                for part in env.get("SANDBOX_HOSTS", "").split(",")
                if part.strip()
            ),
            seed=integer("SANDBOX_SEED", "0") if env.get("SANDBOX_SEED") else None,
        )
        if faults:
            raise ConfigError(faults)
        return config

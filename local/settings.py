"""The settings of `make run`, read from the environment, and the environment of its programs."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from local.child import RUN_MARK
from local.data_folder import DataFolder
from local.errors import LocalError
from local.ports import HOST, holder_of, is_free

GRAPH_URL = "https://graph.facebook.com"
GRAPH_VERSION = "v26.0"
PORT_DEFAULTS = {"LIVECHAT_PORT": 8000, "FLOWER_PORT": 5555, "SANDBOX_PORT": 8001}


@dataclass(frozen=True)
class LocalSettings:
    """Settings of one run. `environ` is the environment that it was started with."""

    project: Path
    folder: DataFolder
    web_port: int
    flower_port: int
    sandbox_port: int
    sandbox: bool
    database_url: str
    redis_url: str
    environ: Mapping[str, str]

    @classmethod
    def from_env(cls, environ: Mapping[str, str], project: Path) -> Self:
        """Read and check all settings. Empty counts as unset. Raises LocalError with all that is wrong."""
        faults: list[str] = []
        ports = {
            name: _port(name, environ.get(name) or default, faults) for name, default in PORT_DEFAULTS.items()
        }
        if len(set(ports.values())) < len(ports) and not faults:
            faults.append(f"{', '.join(ports)} must be three different ports")
        sandbox = environ.get("LIVECHAT_SANDBOX") or "1"
        if sandbox not in ("0", "1"):
            faults.append(f"LIVECHAT_SANDBOX is 0 or 1, not {sandbox!r}")
        folder = (project / (environ.get("LIVECHAT_DATA_DIR") or ".local")).expanduser().resolve()
        # The supervisor's configuration file takes these for comments, and cannot quote them.
        for path in (folder, project):
            if " ;" in str(path) or " #" in str(path):
                faults.append(f"the path {path} must hold neither ' ;' nor ' #'")
        if faults:
            raise LocalError("; ".join(faults) + ".")
        return cls(
            project=project,
            folder=DataFolder(folder),
            web_port=ports["LIVECHAT_PORT"],
            flower_port=ports["FLOWER_PORT"],
            sandbox_port=ports["SANDBOX_PORT"],
            sandbox=sandbox == "1",
            database_url=environ.get("DATABASE_URL") or "",
            redis_url=environ.get("REDIS_URL") or "",
            environ=environ,
        )

    @property
    def web_url(self) -> str:
        """The page's address, without a slash at its end."""
        return f"http://{HOST}:{self.web_port}"

    @property
    def sandbox_url(self) -> str:
        """The sandbox's address, without a slash at its end."""
        return f"http://{HOST}:{self.sandbox_port}"

    def check_ports(self) -> None:
        """Raise LocalError for the first port that is taken. It names the process where the kernel tells."""
        wanted = {"LIVECHAT_PORT": self.web_port, "FLOWER_PORT": self.flower_port}
        if self.sandbox:
            wanted["SANDBOX_PORT"] = self.sandbox_port
        for variable, port in wanted.items():
            if not is_free(port):
                holder = holder_of(port)
                by = f" by {holder}" if holder else ""
                raise LocalError(f"Port {port} is taken{by}: stop that, or set {variable} to another port.")

    @property
    def takes_mails(self) -> bool:
        """Whether the sandbox gets the mails. Those of a real project, or for a given server, are real."""
        own = ("LIVECHAT_SMTP_URL", "SUPABASE_URL")
        return self.sandbox and not any(self.environ.get(name) for name in own)

    def children_environment(
        self, secrets: Mapping[str, str], database_url: str, redis_url: str, mail_port: int = 0
    ) -> dict[str, str]:
        """The environment of every program: that of this run, completed.

        `mail_port` is where the sandbox takes mails; 0: it takes none.
        """
        graph_url = self.sandbox_url if self.sandbox else GRAPH_URL
        given = {name: value for name, value in self.environ.items() if value}
        passwords = ("POSTGRES_PASSWORD", "REDIS_PASSWORD")
        defaults = {
            "WHATSAPP_API_URL": graph_url,
            "WHATSAPP_API_VERSION": GRAPH_VERSION,
            "CELERY_BROKER_URL": redis_url,
            "PYTHONUNBUFFERED": "1",
            # The page and the demo user's token are for this machine only. Webhooks are taken under any name.
            "LIVECHAT_HOSTS": "127.0.0.1,localhost,[::1]",
            **({"SANDBOX_URL": self.sandbox_url} if self.sandbox else {}),
            **({"LIVECHAT_SMTP_URL": f"smtp://{HOST}:{mail_port}"} if mail_port else {}),
        }
        fixed = {
            **{name: value for name, value in secrets.items() if name not in passwords},
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "LIVECHAT_PORT": str(self.web_port),
            "FLOWER_PORT": str(self.flower_port),
            "SANDBOX_PORT": str(self.sandbox_port),
            "SANDBOX_SMTP_PORT": str(mail_port or ""),
            "LIVECHAT_SANDBOX": "1" if self.sandbox else "0",
            "LIVECHAT_DATA_DIR": str(self.folder.root),
            "LIVECHAT_URL": self.web_url,
            "SANDBOX_CALLBACK_URL": f"{self.web_url}/webhook",
            "SANDBOX_STATE": str(self.folder.state / "sandbox.db"),
            "PROMETHEUS_MULTIPROC_DIR": str(self.folder.metrics),
            RUN_MARK: str(self.folder.root),
        }
        return defaults | given | fixed


def _port(name: str, value: str | int, faults: list[str]) -> int:
    text = str(value)
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        if int(text) < 1024 and os.geteuid() != 0:
            faults.append(f"{name} is {text}, and ports below 1024 are root's")
        return int(text)
    faults.append(f"{name} is a port between 1 and 65535, not {text!r}")
    return 0

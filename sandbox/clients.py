"""The live chat and the sandbox as any client may use them: their public APIs, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from sandbox.demo_team import Person

HTTP_TIMEOUT_S = 30.0


class SeedError(Exception):
    """A call failed. The message is for the person who started the demo, `code` is what a refusal names."""

    def __init__(self, message: str, status: int | None = None, code: str = "") -> None:
        self.status = status
        self.code = code
        super().__init__(message)


class Clients:
    """Calls of the demo's people and of whoever runs it. Every method raises SeedError."""

    def __init__(self, livechat_url: str, sandbox_url: str) -> None:
        self.livechat = livechat_url.rstrip("/")
        self.api = f"{self.livechat}/api/live-chat"
        self._sandbox = f"{sandbox_url.rstrip('/')}/sandbox"
        self.http = requests.Session()
        # A proxy of the environment must not stand between processes of one machine.
        self.http.trust_env = False

    def signed_in(self, person: Person) -> dict[str, str]:
        """The headers of requests that the person makes."""
        given = self.command("/demo/token", {"as": person.key})
        return {"Authorization": f"Bearer {given['access_token']}"}

    def command(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """A command to the sandbox."""
        return self.call("POST", f"{self._sandbox}{path}", body)

    def call(
        self, method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The object that the answer holds; an empty one where there is none."""
        try:
            answer = self.http.request(method, url, json=body, headers=headers, timeout=HTTP_TIMEOUT_S)
        except requests.RequestException as error:
            raise SeedError(f"{method} {url}: {type(error).__name__}") from None
        if answer.status_code not in {200, 201, 202, 204}:
            said = f"{method} {url} answered {answer.status_code}: {answer.text[:300]}"
            raise SeedError(said, answer.status_code, _code(answer))
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found


def _code(answer: requests.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return ""
    return str(problem.get("code", "")) if isinstance(problem, dict) else ""

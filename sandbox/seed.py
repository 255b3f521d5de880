"""`python -m sandbox.seed`: connects the demo number, makes its team, and has a customer write once.

`make run` runs it when the product is up. It uses the public APIs of the live chat and of the sandbox only,
as any client may.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from sandbox.clients import Clients, SeedError
from sandbox.demo_team import ADA, COLLEAGUES
from sandbox.sandbox_config import DEFAULT_PHONE_NUMBER_ID, DEFAULT_WABA_ID

GREETING = "Hi, is my order ready? 🙂"
FIRST_CUSTOMER = "917755991051"
READY_TIMEOUT_S = 120.0
STORED_TIMEOUT_S = 30.0


class Seeder:
    """One run of seeding."""

    def __init__(
        self, livechat_url: str, sandbox_url: str, access_token: str, wait_s: float = READY_TIMEOUT_S
    ):
        self._clients = Clients(livechat_url, sandbox_url)
        self._access_token = access_token
        self._wait_s = wait_s

    def run(self) -> str:
        """Seed, and return one line about what was done. Raises SeedError."""
        self._wait_until_ready()
        headers = self._clients.signed_in(ADA)
        api = self._clients.api
        wanted = {
            "waba_id": DEFAULT_WABA_ID,
            "phone_number_id": DEFAULT_PHONE_NUMBER_ID,
            "access_token": self._access_token,
        }
        try:
            number = self._clients.call("POST", f"{api}/phone-numbers", wanted, headers)
        except SeedError as error:
            # Its team may do without her: that is no reason for the product not to start.
            if error.status in {403, 409}:
                return f"{DEFAULT_PHONE_NUMBER_ID} is no longer {ADA.name}'s to connect; all is kept"
            raise
        self._make_team(f"{api}/workspaces/{number['workspace_id']}", headers)
        name = number.get("verified_name") or DEFAULT_PHONE_NUMBER_ID
        if self._conversations(api, headers):
            return f"{name} is connected; its conversations are kept"
        self._clients.command(f"/customers/{FIRST_CUSTOMER}/messages", {"text": GREETING})
        deadline = time.monotonic() + STORED_TIMEOUT_S
        while not self._conversations(api, headers):
            if time.monotonic() > deadline:
                raise SeedError(
                    "a customer has written, but the message did not arrive: see the sandbox's page"
                )
            time.sleep(0.2)
        return f"{name} is connected, and a customer has written"

    def _make_team(self, workspace: str, headers: dict[str, str]) -> None:
        """Invite whoever was never in the workspace, and have them accept.

        Who was removed since, or was given another role, stays so. The invitations name no address: nobody
        is to find mails of them. An earlier run's that was not accepted is taken up again by its key.
        """
        listed = self._clients.call("GET", f"{workspace}/members?include=removed", None, headers)["members"]
        known = {member["user_id"]: member for member in listed}
        # The owner came by connecting a number, which asked for no name.
        if not known[ADA.user_id]["name"]:
            self._clients.call("PATCH", f"{workspace}/members/{ADA.user_id}", {"name": ADA.name}, headers)
        for person in COLLEAGUES:
            if person.user_id not in known:
                once = {"Idempotency-Key": f"demo-{person.key}"}
                asked = ("POST", f"{workspace}/invitations", {"role": person.role})
                link = self._clients.call(*asked, {**headers, **once})["link"]
                # It is too old to be accepted.
                link = link or self._clients.call(*asked, headers)["link"]
                accept = {"token": urlsplit(link).fragment}
                url = f"{self._clients.api}/invitations/accept"
                self._clients.call("POST", url, accept, self._clients.signed_in(person))

    def _conversations(self, api: str, headers: dict[str, str]) -> list[Any]:
        url = f"{api}/conversations?phone_number_id={DEFAULT_PHONE_NUMBER_ID}&limit=1"
        found = self._clients.call("GET", url, None, headers)
        return list(found.get("conversations", []))

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + self._wait_s
        said = "no answer"
        while time.monotonic() < deadline:
            try:
                answer = self._clients.http.get(f"{self._clients.livechat}/readyz", timeout=5)
                if answer.status_code == 200:
                    return
                said = f"{answer.status_code}"
            except requests.RequestException as error:
                said = type(error).__name__
            time.sleep(0.25)
        raise SeedError(f"{self._clients.livechat}/readyz was not ready within {self._wait_s:g} s ({said})")


def main(env: Mapping[str, str] = os.environ) -> int:
    """Seed as the environment says. Returns 0 when it is done, else 1 with the reason on stderr."""
    access_token = env.get("SANDBOX_ACCESS_TOKEN", "")
    if not access_token:
        print("seed: SANDBOX_ACCESS_TOKEN is not set", file=sys.stderr)
        return 1
    sandbox_url = env.get("SANDBOX_PUBLIC_URL") or f"http://127.0.0.1:{env.get('SANDBOX_PORT') or '8001'}"
    try:
        done = Seeder(env.get("LIVECHAT_URL") or "http://127.0.0.1:8000", sandbox_url, access_token).run()
    except SeedError as error:
        print(f"seed: {error}", file=sys.stderr)
        return 1
    print(f"seed: {done}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

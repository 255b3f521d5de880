"""An open page: it follows ``/events``, fetches again when told to, and must end up with what a fresh one shows."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from tests.chaos.load import API, Api
from tests.system.product import NUMBER

READ_TIMEOUT_S = 25.0
AGAIN_S = 0.3
NEWEST = 50
SHOWN = ("message.created", "message.updated", "conversation.updated")


class Page:
    """Follows the stream in a thread until closed."""

    def __init__(self, base: Callable[[], str], token: str, api: Api) -> None:
        self._base, self._token, self._api = base, token, api
        self.conversations: dict[str, Any] = {}
        self.messages: dict[str, Any] = {}
        self.connects = 0
        self.resets = 0
        self.events = 0
        self._heard_at = time.monotonic()
        self._doing = ""
        self._closed = threading.Event()
        self._last_id = ""
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closed.set()

    def _follow(self) -> None:
        while not self._closed.is_set():
            with suppress(http.client.HTTPException, OSError):
                self._read_stream()
            self._closed.wait(AGAIN_S)

    def _read_stream(self) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        if self._last_id:
            headers["Last-Event-ID"] = self._last_id
        place = urlsplit(self._base())
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=READ_TIMEOUT_S)
        try:
            connection.request("GET", f"{API}/events", headers=headers)
            answer = connection.getresponse()
            if answer.status != 200:
                return
            self.connects += 1
            if not self._last_id:
                self._load()
            fields: dict[str, str] = {}
            for raw in answer:
                if self._closed.is_set():
                    return
                line = raw.decode().rstrip("\n")
                if line and not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif not line and fields:
                    self._take(fields)
                    fields = {}
        finally:
            connection.close()

    def _take(self, fields: dict[str, str]) -> None:
        self.events += 1
        self._heard_at = time.monotonic()
        # What has no id is true only now: who is there, and what the tabs count.
        if "id" not in fields:
            return
        name, data = fields["event"], _lasting(json.loads(fields["data"]))
        if name in ("reset", "members.updated", "catalog.updated"):
            self.resets += name == "reset"
            self._load()
        elif name == "conversation.removed":
            self.conversations.pop(data["id"], None)
            self.messages = {
                id_: each for id_, each in self.messages.items() if each["conversation_id"] != data["id"]
            }
        elif name == "read.updated":
            self.conversations.get(data.pop("conversation_id"), {}).update(data)
        elif name in SHOWN:
            self._show(data)
        # Only now: what was not taken in must come again.
        self._last_id = fields["id"]

    def _show(self, data: Any) -> None:
        """Take in a conversation, with the message that the event is about."""
        conversation = data["conversation"]
        known = self.conversations.get(conversation["id"])
        if known is None:
            # It has come into sight: its thread is fetched as it is now.
            known = self._api.get(f"/conversations/{conversation['id']}", self._closed.is_set)
            page = self._api.get(
                f"/messages?conversation_id={conversation['id']}&limit={NEWEST}", self._closed.is_set
            )
            if known is None or page is None:
                return
            self.messages |= {each["id"]: each for each in _lasting(page["messages"])}
        total = known["read_total"]
        own = {"read_total": total, "my_unread_count": conversation["counted_total"] - total}
        self.conversations[conversation["id"]] = conversation | own
        if data["message"]:
            self.messages[data["message"]["id"]] = data["message"]

    @property
    def standing(self) -> str:
        """For whoever asks why it differs: whether it still follows, and since when it has heard nothing."""
        return (
            f"alive {self._thread.is_alive()}, {self._doing}, {self.connects} streams, {self.resets} resets, "
            f"{self.events} events, the last {time.monotonic() - self._heard_at:.0f} s ago"
        )

    def _load(self) -> None:
        self._doing = "loads"
        self._fetch()
        self._doing = "listens"

    def _fetch(self) -> None:
        fresh = fetch(self._api, self._closed.is_set)
        if fresh is not None:
            self.conversations, pages = fresh
            self.messages = {message["id"]: message for page in pages.values() for message in page}

    def differences(self) -> list[str]:
        """Where the page differs from a fresh one; empty when all is as it should be."""
        fresh = fetch(self._api, self._closed.is_set)
        if fresh is None:
            return ["nothing could be fetched"]
        conversations, pages = fresh
        found = [
            f"conversation {name}: {_difference(self.conversations.get(name), conversation)}"
            for name, conversation in conversations.items()
            if self.conversations.get(name) != conversation
        ]
        found += [
            f"message {message['id']}: {_difference(self.messages.get(message['id']), message)}"
            for page in pages.values()
            for message in page
            if self.messages.get(message["id"]) != message
        ]
        return found


def fetch(api: Api, until: Callable[[], bool]) -> tuple[dict[str, Any], dict[str, list[Any]]] | None:
    """All conversations, and of each the newest messages, as a page that is opened now shows them."""
    listed = api.get(f"/conversations?phone_number_id={NUMBER}&limit=200", until)
    if listed is None:
        return None
    conversations = {row["id"]: row for row in listed["conversations"]}
    pages = {}
    for name in conversations:
        page = api.get(f"/messages?conversation_id={name}&limit={NEWEST}", until)
        if page is None:
            return None
        pages[name] = page["messages"]
    return _lasting(conversations), _lasting(pages)


def _lasting(value: Any) -> Any:
    """Without the addresses of files, which are signed anew for every answer."""
    if isinstance(value, dict):
        return {name: _lasting(part) for name, part in value.items() if name not in ("url", "thumbnail_url")}
    return [_lasting(part) for part in value] if isinstance(value, list) else value


def _difference(shown: Any, fresh: Any) -> str:
    if shown is None:
        return "missing"
    return ", ".join(
        f"{name} {str(shown.get(name))[:60]} is {str(fresh[name])[:60]}"
        for name in fresh
        if shown.get(name) != fresh[name]
    )


def settle(page: Page, timeout_s: float) -> list[str]:
    """The differences that are still there after at most ``timeout_s``."""
    deadline = time.monotonic() + timeout_s
    while (found := page.differences()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return found

"""A page as the contract lets anybody write one: it fetches once, and then lives by events alone."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any
from uuid import UUID

from redis import Redis

from livechat.files.media_urls import PATH
from livechat.live import event_log as logs
from livechat.live.event_log import RESET
from livechat.live.positions import Bookmark, Position
from tests.conftest import wait_until
from tests.events.conftest import Browser, Received

Json = dict[str, Any]
Objects = dict[str, Json]
Get = Callable[[str], Any]


class Page:
    """One user's numbers, lists and threads. ``get(path)`` is the JSON of a call of the API by this user.

    ``browser`` has this user's stream open; what it has heard before is part of what is fetched here.
    """

    def __init__(self, get: Get, browser: Browser, redis: Redis, accounts: Callable[[], list[UUID]]) -> None:
        self._get, self._browser, self._redis, self._accounts = get, browser, redis, accounts
        self._heard = len(browser.events)
        self._positions: Mapping[UUID, Position] = {}
        self._fences: Mapping[UUID, Position] = {}
        self._load()

    def _load(self) -> None:
        self.fetched = self.fetched_afresh()
        # Events change the one; the other stays as it came.
        shown = deepcopy(self.fetched)
        self.numbers, self.conversations = shown["numbers"], shown["conversations"]
        self.messages, self.notes = shown["messages"], shown["notes"]
        self.team, self.notifications = shown["team"], shown["notifications"]

    def state(self) -> Json:
        """All that is shown. A number's unread count is that of its conversations, summed."""
        unread = dict.fromkeys(self.numbers, 0)
        for conversation in self.conversations.values():
            unread[conversation["phone_number_id"]] += conversation["unread_count"]
        return {
            "numbers": {id_: each | {"unread_count": unread[id_]} for id_, each in self.numbers.items()},
            "conversations": self.conversations,
            "messages": self.messages,
            "notes": self.notes,
            "team": self.team,
            "notifications": self.notifications,
        }

    def fetched_afresh(self) -> Json:
        """What a page that is opened now would show."""
        numbers, conversations, messages, notes = _fetched(self._get)
        return {
            "numbers": numbers,
            "conversations": conversations,
            "messages": messages,
            "notes": notes,
            "team": _team(self._get),
            "notifications": _notifications(self._get),
        }

    def catch_up(self) -> None:
        """Apply every event of what has been committed until now."""
        accounts = self._accounts()
        logs.append(self._redis, {account_id: [RESET] for account_id in accounts})
        self._fences = logs.tails(self._redis, accounts)
        wait_until(self._has_reached_the_fences)
        for event in self._browser.events[self._heard :]:
            self._apply(event)
            self._heard += 1

    def _has_reached_the_fences(self) -> bool:
        if not self._browser.events:
            return False
        positions = _positions(self._browser.events[-1])
        return all(positions.get(account_id, (0, 0)) >= at for account_id, at in self._fences.items())

    def _apply(self, event: Received) -> None:
        before, self._positions = self._positions, _positions(event)
        if event.name == "reset":
            moved = {(id_, at) for id_, at in self._positions.items() if before.get(id_) != at}
            if not moved & self._fences.items():
                self._load()
            return
        if event.name == "job.updated":
            # How far a bulk action is; each conversation has events of its own.
            return
        if event.name == "change.created":
            # A line in the thread; the conversation has an event of its own.
            return
        if event.name in ("note.created", "note.updated"):
            self.notes[event.data["note"]["id"]] = event.data["note"]
            return
        if event.name in ("notification.created", "notification.done"):
            self.notifications[event.data["notification"]["id"]] = event.data["notification"]
            return
        if event.name == "members.updated":
            self.team = _team(self._get)
            return
        if event.name == "catalog.updated":
            self.team = _team(self._get)
            self._name_anew()
            return
        if event.name == "conversation.removed":
            self.conversations.pop(event.data["id"], None)
            self.messages = _without(self.messages, event.data["id"])
            self.notes = _without(self.notes, event.data["id"])
            self.notifications = _without(self.notifications, event.data["id"])
            return
        if event.name == "read.updated":
            read = dict(event.data)
            self.conversations[read.pop("conversation_id")].update(read)
            return
        message, conversation = _plain(event.data["message"]), _plain(event.data["conversation"])
        conversation |= self._read(conversation)
        # One that has only been opened stands in no list before there is something to show.
        has_begun = conversation["last_message"] is not None or conversation["window_expires_at"] is not None
        if conversation["id"] not in self.conversations and has_begun:
            # Its thread is fetched when it is opened: lines that put it into no list may stand there.
            messages, notes = _thread(self._get, conversation["id"])
            self.messages |= messages
            self.notes |= notes
        if conversation["id"] in self.conversations or has_begun:
            self.conversations[conversation["id"]] = conversation
        # A change of a message that is not here is seen when it is fetched.
        if message is not None and (event.name == "message.created" or message["id"] in self.messages):
            self.messages[message["id"]] = message

    def _name_anew(self) -> None:
        """Conversations show labels and teams as their catalogues have them now."""
        labels = {each["id"]: each for here in self.team.values() for each in here["labels"]}
        teams = {each["id"]: each["name"] for here in self.team.values() for each in here["teams"]}
        for shown in self.conversations.values():
            worn = {each["id"] for each in shown["labels"]}
            shown["labels"] = [
                {name: label[name] for name in ("id", "name", "colour")}
                for label in labels.values()
                if label["id"] in worn
            ]
            if shown["team"] is not None and shown["team"]["id"] in teams:
                shown["team"] = shown["team"] | {"name": teams[shown["team"]["id"]]}

    def _read(self, conversation: Json) -> Json:
        """Events that several people share leave it to each page what its reader has read."""
        known = self.conversations.get(conversation["id"])
        total = (known or self._get(f"/conversations/{conversation['id']}"))["read_total"]
        return {"read_total": total, "my_unread_count": conversation["counted_total"] - total}


def _positions(event: Received) -> Mapping[UUID, Position]:
    bookmark = Bookmark.decode(event.id)
    assert bookmark is not None
    return bookmark.positions


def _without(objects: Objects, conversation_id: str) -> Objects:
    return {id_: each for id_, each in objects.items() if each["conversation_id"] != conversation_id}


def _fetched(get: Get) -> tuple[Objects, Objects, Objects, Objects]:
    """(numbers, conversations, messages, notes) by their ids."""
    numbers = {each["phone_number_id"]: each for each in get("/phone-numbers")["phone_numbers"]}
    conversations = {
        each["id"]: _plain(each)
        for number in numbers
        for each in get(f"/conversations?phone_number_id={number}&limit=200")["conversations"]
    }
    messages: Objects = {}
    notes: Objects = {}
    for conversation_id in conversations:
        of_thread = _thread(get, conversation_id)
        messages |= of_thread[0]
        notes |= of_thread[1]
    return numbers, conversations, messages, notes


def _team(get: Get) -> Json:
    """The user's workspaces, with the people, teams, labels, replies, views, attributes, macros in each."""
    return {
        each["id"]: each
        | get(f"/workspaces/{each['id']}/members?include=removed")
        | get(f"/workspaces/{each['id']}/teams")
        | get(f"/workspaces/{each['id']}/labels")
        | get(f"/workspaces/{each['id']}/canned-replies")
        | get(f"/workspaces/{each['id']}/views")
        | get(f"/workspaces/{each['id']}/attributes")
        | get(f"/workspaces/{each['id']}/macros")
        for each in get("/workspaces")["workspaces"]
    }


def _notifications(get: Get) -> Objects:
    return {each["id"]: each for each in get("/notifications?limit=200")["notifications"]}


def _thread(get: Get, conversation_id: str) -> tuple[Objects, Objects]:
    """(messages, notes) by their ids."""
    shown = get(f"/messages?conversation_id={conversation_id}&limit=200")
    entries = get(f"/conversations/{conversation_id}/timeline?limit=200")["entries"]
    notes = {each["id"]: each["note"] for each in entries if each["kind"] == "note"}
    return {each["id"]: _plain(each) for each in shown["messages"]}, notes


def _plain(shown: Any) -> Any:
    """Without the signatures of addresses, which change by themselves."""
    if isinstance(shown, dict):
        return {name: _plain(each) for name, each in shown.items()}
    if isinstance(shown, list):
        return [_plain(each) for each in shown]
    return PATH if isinstance(shown, str) and shown.startswith(PATH) else shown

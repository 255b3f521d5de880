"""`python -m sandbox.demo_inbox JOURNAL`: fills the demo with a team's inbox, once (`make demo`).

Customers come through the front door, by signed webhooks with times in the past; the team acts by the live
chat's API, each with a token of their own. Each step that is done is a line of the journal, so that another
start goes on behind it. A step that was done and not written down is done again, which adds nothing: messages
have fixed ids, and what the team asks for has keys.
"""

from __future__ import annotations

import os
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sandbox.clients import Clients, SeedError
from sandbox.demo_stories import (
    CANNED,
    LABELS,
    MACROS,
    SECOND_NUMBER,
    STORIES,
    TEAMS,
    WORKSPACE,
    Act,
    Line,
    Story,
)
from sandbox.demo_team import ADA, TEAM
from sandbox.meta_ids import Ids
from sandbox.model import Json
from sandbox.sandbox_config import DEFAULT_PHONE_NUMBER_ID, DEFAULT_WABA_ID

ARRIVAL_TIMEOUT_S = 60.0
# What a newcomer meanwhile did with the demo: their wish stands, and the step is left out.
THEIRS = frozenset({403, 404, 409, 422})
Step = tuple[str, Callable[[], None]]


class Journal:
    """The steps that are done, in a file of one line each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # The last line may be half a line, of a run that was killed while it wrote.
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        self._done = set(text[: text.rfind("\n") + 1].splitlines())

    def holds(self, step: str) -> bool:
        """Whether the step is done."""
        return step in self._done

    def add(self, step: str) -> None:
        """Write down that the step is done."""
        self._done.add(step)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{step}\n")


class DemoInbox:
    """One run. `run` raises SeedError where the live chat or the sandbox does not answer."""

    def __init__(
        self, clients: Clients, access_token: str, journal: Journal, stories: Sequence[Story] = STORIES
    ) -> None:
        self._clients = clients
        self._access_token = access_token
        self._journal = journal
        self._stories = stories
        self._headers: dict[str, dict[str, str]] = {}
        self._known: dict[str, dict[str, str]] = {}

    def run(self) -> str:
        """Do what is not done yet, and return one line about it."""
        todo = [(name, do) for name, do in self._steps() if not self._journal.holds(name)]
        for name, do in todo:
            try:
                do()
            except SeedError as error:
                if error.status not in THEIRS:
                    raise
                # Without what was answered: that may quote a message.
                print(f"demo: {name} is left out ({error.status} {error.code})", flush=True)
            self._journal.add(name)
        return f"{len(todo)} steps are done" if todo else "all of it is there already"

    def _steps(self) -> Iterator[Step]:
        yield "workspace", self._name_workspace
        yield "number", self._connect_second_number
        for name in TEAMS:
            yield f"team {name}", partial(self._make_team, name)
        for name in LABELS:
            yield f"label {name}", partial(self._make_label, name)
        for name in CANNED:
            yield f"canned {name}", partial(self._make_canned_reply, name)
        for name in MACROS:
            yield f"macro {name}", partial(self._make_macro, name)
        for story in self._stories:
            yield f"{story.key}/customer", partial(self._declare, story)
            for at, (are_lines, group) in enumerate(
                groupby(story.steps, lambda step: isinstance(step, Line))
            ):
                for index, part in enumerate([tuple(group)] if are_lines else group):
                    key = f"{story.key}/{at}.{index}"
                    yield key, partial(self._play, story, key, part)
            yield f"{story.key}/answers", partial(self._give_script, story)

    # What there is

    def _name_workspace(self) -> None:
        place = f"/workspaces/{self._workspace()}"
        self._ask(ADA.key, "PATCH", place, {"name": WORKSPACE})

    def _connect_second_number(self) -> None:
        self._clients.command("/numbers", {**SECOND_NUMBER, "waba_id": DEFAULT_WABA_ID})
        wanted = {
            "waba_id": DEFAULT_WABA_ID,
            "phone_number_id": SECOND_NUMBER["phone_number_id"],
            "access_token": self._access_token,
        }
        self._ask(ADA.key, "POST", "/phone-numbers", wanted)

    def _make_team(self, name: str) -> None:
        self._make("teams", {"name": name})
        place = f"/workspaces/{self._workspace()}/teams/{self._id_of('teams', name)}/members"
        for key in TEAMS[name]:
            self._ask(ADA.key, "PUT", f"{place}/{TEAM[key].user_id}")

    def _make_label(self, name: str) -> None:
        self._make("labels", {"name": name, "colour": LABELS[name]})

    def _make_canned_reply(self, name: str) -> None:
        title, body = CANNED[name]
        self._make("canned-replies", {"scope": "workspace", "shortcut": name, "title": title, "body": body})

    def _make_macro(self, name: str) -> None:
        steps = [dict(step) for step in MACROS[name]]
        for step in steps:
            if "label_id" in step:
                step["label_id"] = self._id_of("labels", step["label_id"])
            if "canned_id" in step:
                step["canned_id"] = self._id_of("canned-replies", step["canned_id"])
        self._make("macros", {"scope": "workspace", "name": name, "steps": steps})

    def _make(self, kind: str, body: Json) -> None:
        try:
            self._ask(ADA.key, "POST", f"/workspaces/{self._workspace()}/{kind}", body)
        except SeedError as error:
            if error.code != "already_exists":
                raise

    def _id_of(self, kind: str, name: str) -> str:
        """The id of the team, label or reply of this name. SeedError (404) where somebody has put it away."""
        if name not in self._known.get(kind, {}):
            answer = self._ask(ADA.key, "GET", f"/workspaces/{self._workspace()}/{kind}")
            listed = answer[kind.replace("-", "_")]
            self._known[kind] = {each.get("name", each.get("shortcut")): str(each["id"]) for each in listed}
        found = self._known[kind].get(name)
        if found is None:
            raise SeedError(f"no {name} among the {kind}", 404)
        return found

    def _workspace(self) -> str:
        if "number" not in self._known:
            numbers = self._ask(ADA.key, "GET", "/phone-numbers")["phone_numbers"]
            self._known["number"] = {each["phone_number_id"]: each["workspace_id"] for each in numbers}
        return self._known["number"][DEFAULT_PHONE_NUMBER_ID]

    def _declare(self, story: Story, **more: list[str]) -> None:
        self._clients.command("/customers", {**story.customer, **more})

    def _give_script(self, story: Story) -> None:
        # What was sent above has been delivered by then, and is not what they answer.
        self._clients.command("/flush", {})
        self._declare(story, answers=list(story.answers))

    # What happens

    def _play(self, story: Story, key: str, part: Any) -> None:
        if isinstance(part, Act):
            self._acts[part.does](self, self._conversation(story), key, part)
        else:
            self._tell(story, key, part)

    def _tell(self, story: Story, key: str, lines: tuple[Line, ...]) -> None:
        """One webhook of these lines, and wait until the live chat shows the last of them."""
        whom = story.customer["wa_id"] or story.customer["user_id"]
        items = []
        for index, line in enumerate(lines):
            ids = Ids(zlib.crc32(f"{key}.{index}".encode()))
            wamid = (ids.outbound_wamid if line.by_phone else ids.inbound_wamid)(whom)
            items.append(
                {
                    "kind": "echo" if line.by_phone else line.kind,
                    "phone_number_id": story.number,
                    "customer": whom,
                    "wamid": wamid,
                    "timestamp": time.time() - line.minutes_ago * 60,
                    **_said(line),
                    **line.more,
                }
            )
        self._clients.command("/webhooks", {"kind": "batch", "items": items})
        deadline = time.monotonic() + ARRIVAL_TIMEOUT_S
        while not self._has_arrived(story, items[-1]["wamid"]):
            if time.monotonic() > deadline:
                raise SeedError(f"{key} did not arrive: see the sandbox's page")
            time.sleep(0.1)

    def _has_arrived(self, story: Story, wamid: str) -> bool:
        found = self._find(story)
        if found is None:
            return False
        listed = self._ask(ADA.key, "GET", f"/messages?conversation_id={found['id']}&limit=200")["messages"]
        return any(message["wamid"] == wamid for message in listed)

    def _conversation(self, story: Story) -> Json:
        found = self._find(story)
        if found is None:
            raise SeedError(f"no conversation of {story.key}", 404)
        return found

    def _find(self, story: Story) -> Json | None:
        sought = quote(story.customer["wa_id"] or story.customer["name"])
        path = f"/conversations?phone_number_id={story.number}&search={sought}&limit=200"
        for each in self._ask(ADA.key, "GET", path)["conversations"]:
            if story.customer["user_id"] == each["customer_user_id"]:
                return dict(each)
        return None

    # What the team does

    def _read(self, conversation: Json, key: str, act: Act) -> None:
        self._ask(act.by, "POST", f"/conversations/{conversation['id']}/read", {})

    def _claim(self, conversation: Json, key: str, act: Act) -> None:
        self._ask(act.by, "POST", f"/conversations/{conversation['id']}/claim")

    def _assign(self, conversation: Json, key: str, act: Act) -> None:
        wanted = {"assignee_id": TEAM[act.to].user_id, "expected": {"assignee_id": None}}
        self._ask(act.by, "PUT", f"/conversations/{conversation['id']}/assignment", wanted)

    def _give_to_team(self, conversation: Json, key: str, act: Act) -> None:
        team_id = self._id_of("teams", act.to)
        wanted = {"assignee_id": None, "team_id": team_id, "expected": {"assignee_id": None}}
        self._ask(act.by, "PUT", f"/conversations/{conversation['id']}/assignment", wanted)

    def _label(self, conversation: Json, key: str, act: Act) -> None:
        label_id = self._id_of("labels", act.to)
        self._ask(act.by, "PUT", f"/conversations/{conversation['id']}/labels/{label_id}")

    def _send(self, conversation: Json, key: str, act: Act) -> None:
        wanted = {
            "phone_number_id": conversation["phone_number_id"],
            "conversation_id": conversation["id"],
            "message": act.text,
            "client_message_id": f"demo-{key}",
        }
        # A reply bears whole seconds: what was done within this one would stand below it.
        time.sleep(1 - time.time() % 1)
        # What follows is to stand after it on the customer's phone too.
        self._ask(act.by, "POST", "/send-message", wanted, Prefer="wait=5")

    def _note(self, conversation: Json, key: str, act: Act) -> None:
        """`@ben` in the text is a mention."""
        body, mentions = act.text, []
        for name, person in TEAM.items():
            if f"@{name} " in body:
                body = body.replace(f"@{name} ", f"@[{person.user_id}] ")
                mentions.append({"user_id": person.user_id})
        path = f"/conversations/{conversation['id']}/notes"
        self._ask(
            act.by, "POST", path, {"body": body, "mentions": mentions}, **{"Idempotency-Key": f"demo-{key}"}
        )

    def _snooze(self, conversation: Json, key: str, act: Act) -> None:
        # Asked for twice it would be two snoozes, since the time has gone on.
        if conversation["status"] == "open":
            until = datetime.now(UTC) + timedelta(minutes=act.minutes)
            wanted = {"status": "snoozed", "snoozed_until": until.isoformat(timespec="seconds")}
            self._ask(act.by, "PUT", f"/conversations/{conversation['id']}/status", wanted)

    def _resolve(self, conversation: Json, key: str, act: Act) -> None:
        self._ask(act.by, "PUT", f"/conversations/{conversation['id']}/status", {"status": "resolved"})

    _acts: Mapping[str, Callable[[DemoInbox, Json, str, Act], None]] = {
        "read": _read,
        "claim": _claim,
        "assign": _assign,
        "team": _give_to_team,
        "label": _label,
        "send": _send,
        "note": _note,
        "snooze": _snooze,
        "resolve": _resolve,
    }

    def _ask(self, by: str, method: str, path: str, body: Json | None = None, **headers: str) -> Json:
        """One call of the live chat's API by one of the team."""
        if by not in self._headers:
            self._headers[by] = self._clients.signed_in(TEAM[by])
        return self._clients.call(
            method, f"{self._clients.api}{path}", body, {**self._headers[by], **headers}
        )


def _said(line: Line) -> Json:
    if not line.text:
        return {}
    return {"text" if line.kind == "text" else "caption": line.text}


def main(arguments: list[str], env: Mapping[str, str] = os.environ) -> int:
    """Fill the demo as the environment says. Returns 0 when it is done, else 1 with the reason on stderr."""
    access_token = env.get("SANDBOX_ACCESS_TOKEN", "")
    if not access_token or len(arguments) != 1:
        print("usage: python -m sandbox.demo_inbox JOURNAL, with SANDBOX_ACCESS_TOKEN set", file=sys.stderr)
        return 1
    sandbox_url = env.get("SANDBOX_PUBLIC_URL") or f"http://127.0.0.1:{env.get('SANDBOX_PORT') or '8001'}"
    clients = Clients(env.get("LIVECHAT_URL") or "http://127.0.0.1:8000", sandbox_url)
    try:
        done = DemoInbox(clients, access_token, Journal(Path(arguments[0]))).run()
    except SeedError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    print(f"demo: {done}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

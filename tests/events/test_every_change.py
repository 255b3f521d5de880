"""Whatever changes what a page shows: the state that it has plus the events that come equals a fresh fetch."""

from collections.abc import Iterator
from dataclasses import replace
from typing import get_args
from uuid import UUID

import pytest
from flask import Flask

from livechat.core.config import Settings
from livechat.core.tasknames import TaskName
from livechat.files.fetch import Fetcher
from livechat.whatsapp.webhook.items import Broken, Ignored, Item
from tests.conftest import make_token
from tests.events.call_sites import call_sites, watched
from tests.events.changes import (
    agents,
    bulk,
    canned,
    files,
    inbound,
    labels,
    macros,
    notes,
    notifications,
    numbers,
    operations,
    outbound,
    people,
    profiles,
    views,
)
from tests.events.changes.scene import USE_CASES, Scene, UseCase
from tests.events.conftest import OpenStream
from tests.events.page import Page
from tests.kinds.conftest import API, Inbox, _box, inbox

__all__ = [
    "_box",
    "agents",
    "bulk",
    "canned",
    "files",
    "inbound",
    "inbox",
    "labels",
    "macros",
    "notes",
    "notifications",
    "numbers",
    "operations",
    "outbound",
    "people",
    "profiles",
    "views",
]

# Everything else that writes: with the reason why no page shows it.
SHOWS_NOTHING = {
    "POST /webhook": "it is only kept; the ingest stores what it says",
    "POST /media": "an upload is shown by the message that is sent with it",
    "POST /conversations": "a conversation stands in no list before there is something to show",
    "POST /bulk": "it only asks; a task does it",
    "POST /templates/sync": "templates are fetched when they are chosen from",
    "POST /conversations/<conversation_id>/typing": "is the customer's to see",
    "POST /workspaces/<workspace_id>/canned-replies/<canned_id>/render": "it stores nothing",
    "POST /workspaces/<workspace_id>/invitations": "invitations are fetched where admins look at them",
    "DELETE /workspaces/<workspace_id>/invitations/<invitation_id>": "nor is that one was revoked",
    "POST /workspaces/<workspace_id>/invitations/<invitation_id>/resend": "nor that one was made anew",
    "POST /invitations/peek": "it writes nothing",
    "POST /presence": "it says what is true only now, and a page asks for that when it opens",
    "PUT /workspaces/<workspace_id>/availability": "is told like presence: tests/team/test_presence.py",
    "PUT /workspaces/<workspace_id>/assignment-rules/<target>": "rules are fetched where admins look at them",
    TaskName.SWEEP_ASSIGNING: "only wakes the assigner",
    TaskName.END_AVAILABILITY: "and so is its end",
    "POST /conversations/<conversation_id>/reminders": "reminders are fetched where they are looked at",
    "POST /scheduled-messages": "and what is scheduled, too: the thread has it when it is sent",
    "PATCH /scheduled-messages/<scheduled_id>": "nor how it was changed",
    "DELETE /scheduled-messages/<scheduled_id>": "nor that it was cancelled",
    TaskName.MAIL_INVITATION: "says of an invitation how its mail went: it is in no page's state either",
    TaskName.SWEEP_INVITATIONS: "only wakes that",
    TaskName.SWEEP_BULK: "only wakes a bulk action",
    TaskName.FILL_WORDS: "what a row is found by is no part of it",
    TaskName.SWEEP_INBOUND: "only wakes the ingest",
    TaskName.PRUNE: "webhooks' bodies are in no page's state",
    TaskName.TIDY_COUNTS: "nor are sums of webhooks",
    Ignored: "nothing is stored of it",
    Broken: "nothing is stored of it",
}

# What is told although a page's state has nothing of it: where that is tested.
TOLD_ELSEWHERE = {
    "publish_members in mail_invitation._settle": "tests/team/test_invitation_mail.py",
}


@pytest.fixture
def scene(inbox: Inbox, app: Flask, settings: Settings) -> Iterator[Scene]:
    fetcher = Fetcher.from_settings(replace(settings, whatsapp_api_url=inbox.box.base_url))
    yield Scene(inbox, app, fetcher)
    fetcher.client.close()


@pytest.mark.parametrize("use_case", USE_CASES, ids=str)
def test_state_plus_events_is_a_fresh_fetch(use_case: UseCase, scene: Scene, browse: OpenStream) -> None:
    steps = use_case.run(scene)
    page = opened(scene, browse, next(steps))
    before = page.fetched
    with watched() as told:
        for _ in steps:
            after = page.fetched_afresh()
            assert after != before, "nothing has changed: this proves nothing"
            page.catch_up()
            assert page.state() == after
            before = after
    assert set(use_case.tells) <= told


def opened(scene: Scene, browse: OpenStream, user_id: UUID | None) -> Page:
    """The page of this user, None: of the owner of the sandbox's number."""
    inbox = scene.inbox
    user = user_id or scene.one("SELECT user_id FROM waba_accounts WHERE id = :id", id=inbox.account_id)
    headers = {"Authorization": f"Bearer {make_token(user)}"}
    client = scene.app.test_client()

    def get(path: str) -> object:
        answer = client.get(API + path, headers=headers)
        inbox.session.rollback()
        assert answer.status_code == 200, answer.text
        return answer.json

    def accounts() -> list[UUID]:
        rows = inbox.rows("SELECT account_id FROM account_members WHERE user_id = :user", user=user)
        return [row["account_id"] for row in rows]

    return Page(get, browse(user), inbox.redis, accounts)


def test_every_publish_has_a_use_case_that_reaches_it() -> None:
    sites = [site.name for site in call_sites()]
    assert len(sites) == len(set(sites)), "two of one name: neither would be missed"
    reached = {name for use_case in USE_CASES for name in use_case.tells}
    assert reached & TOLD_ELSEWHERE.keys() == set()
    assert set(sites) == reached | TOLD_ELSEWHERE.keys()


def test_whatever_writes_is_played_or_shows_nothing(app: Flask) -> None:
    routes = {
        f"{method} {rule.rule.removeprefix(API)}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
    }
    # The first time it fills in who is asking.
    routes.add("GET /workspaces")
    played = {use_case.does for use_case in USE_CASES}
    assert played & SHOWS_NOTHING.keys() == set()
    assert played | SHOWS_NOTHING.keys() == {*routes, *TaskName, *get_args(Item)}

"""Two at once: whoever is removed while something is given to them."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import text

from livechat.core.extensions import db
from livechat.models import Conversation
from tests.conftest import make_token, wait_until
from tests.factories import make_conversation
from tests.team.conftest import API, DbSession, Team

# ``make test`` asks some; by hand, a long form: ROUNDS=500.
ROUNDS = int(os.environ.get("ROUNDS", "40"))


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run all in threads that start together; what each returned."""
    start, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(n: int) -> None:
        start.wait()
        results[n] = acts[n]()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def assign(app: Flask, conversation_id: UUID, workspace_id: UUID, user: UUID) -> bool:
    """As whoever assigns does: the member's row is locked first, by a share lock."""
    with app.app_context():
        state = db.session.execute(
            text(
                "SELECT state FROM workspace_members WHERE workspace_id = :workspace AND user_id = :user "
                "FOR SHARE"
            ),
            {"workspace": workspace_id, "user": user},
        ).scalar_one()
        if state == "active":
            db.session.execute(
                text("UPDATE chat_conversations SET assignee_id = :user WHERE id = :id"),
                {"id": conversation_id, "user": user},
            )
        db.session.commit()
        db.session.remove()
        return bool(state == "active")


def test_nobody_who_is_removed_while_they_are_assigned_keeps_a_conversation(
    app: Flask, session: DbSession, team: Team
) -> None:
    headers = {"Authorization": f"Bearer {make_token(team.owner)}"}
    conversation = make_conversation(session, team.numbers[0])
    session.commit()
    chat, workspace = conversation.id, team.workspace_id
    for _ in range(ROUNDS):
        agent = team.member()

        def remove(user: UUID = agent) -> int:
            path = f"{API}/workspaces/{workspace}/members/{user}"
            return app.test_client().delete(path, headers=headers).status_code

        def give(user: UUID = agent) -> bool:
            return assign(app, chat, workspace, user)

        status, was_assigned = at_once(remove, give)
        # Given before, and handed back; or refused after.
        assert (status, was_assigned in (True, False)) == (204, True)
        session.expire_all()
        assert conversation.assignee_id is None


def _after(app: Flask, held: str, act: Callable[[], Any], **values: Any) -> Any:
    """What ``act`` returns that began, and waited, while a transaction with these statements was open."""
    with app.app_context():
        engine = db.engine
    with ThreadPoolExecutor(1) as pool, engine.connect() as connection:
        for statement in held.split(";"):
            connection.execute(text(statement), values)
        result = pool.submit(act)
        with engine.connect() as other:

            def waits() -> bool:
                found = other.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one()
                other.rollback()
                return bool(found)

            wait_until(waits)
        connection.commit()
        return result.result(30)


def _removal(app: Flask, team: Team, user: UUID, query: str = "") -> Callable[[], Any]:
    headers = {"Authorization": f"Bearer {make_token(team.owner)}"}
    path = f"{API}/workspaces/{team.workspace_id}/members/{user}{query}"
    return lambda: app.test_client().delete(path, headers=headers)


def test_what_was_just_being_assigned_to_whom_is_removed_is_handed_back(
    app: Flask, session: DbSession, team: Team
) -> None:
    agent, conversation = team.member(), make_conversation(session, team.numbers[0])
    session.commit()
    chat, remove = conversation.id, _removal(app, team, agent)
    session.commit()
    held = (
        "SELECT 1 FROM workspace_members WHERE user_id = :user FOR SHARE;"
        "UPDATE chat_conversations SET assignee_id = :user WHERE id = :chat"
    )
    assert _after(app, held, remove, user=agent, chat=chat).status_code == 204
    assert session.get_one(Conversation, chat, populate_existing=True).assignee_id is None


def test_nothing_is_handed_to_who_was_just_being_removed(app: Flask, session: DbSession, team: Team) -> None:
    agent, heir = team.member(), team.member()
    conversation = make_conversation(session, team.numbers[0], assignee_id=agent)
    session.commit()
    chat, remove = conversation.id, _removal(app, team, agent, f"?hand_over_to={heir}")
    session.commit()
    held = "UPDATE workspace_members SET state = 'removed' WHERE user_id = :user"
    answer = _after(app, held, remove, user=heir)
    assert (answer.status_code, answer.json["code"]) == (422, "assignee_unavailable")
    assert session.get_one(Conversation, chat, populate_existing=True).assignee_id == agent


def test_who_was_just_being_made_the_owner_is_not_removed(app: Flask, session: DbSession, team: Team) -> None:
    heir = team.member("admin")
    remove = _removal(app, team, heir)
    session.commit()
    held = (
        "SELECT 1 FROM workspace_members WHERE user_id = :user FOR UPDATE;"
        "UPDATE workspaces SET owner_user_id = :user WHERE id = :workspace"
    )
    answer = _after(app, held, remove, user=heir, workspace=team.workspace_id)
    assert (answer.status_code, answer.json["code"]) == (409, "owner_required")

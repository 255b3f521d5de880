"""Two at once: whoever is removed while something is given to them."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import text

from livechat.core.extensions import db
from tests.conftest import make_token
from tests.factories import make_conversation
from tests.team.conftest import API, DbSession, Team

ROUNDS = 40


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

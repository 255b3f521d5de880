"""A workspace with its people: made as rows, asked through the API."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from livechat.models import MemberNumber, PhoneNumber, TeamMember, WabaAccount, WorkspaceMember
from livechat.models import Team as TeamRow
from tests.factories import make_account, make_number

DbSession = Session | scoped_session[Session]
API = "/api/live-chat"


class Team:
    """One workspace: its owner, numbers and whoever joins."""

    def __init__(self, session: DbSession) -> None:
        self.session = session
        self.owner = uuid4()
        self.account: WabaAccount = make_account(session, self.owner)
        session.refresh(self.account)
        self.workspace_id = self.account.workspace_id
        self.numbers: list[PhoneNumber] = [make_number(session, self.account)]
        session.commit()

    def number(self) -> PhoneNumber:
        """One more number."""
        self.numbers.append(make_number(self.session, self.account))
        self.session.commit()
        return self.numbers[-1]

    def team(self, name: str, *members: UUID) -> UUID:
        """A team of these members."""
        row = TeamRow(workspace_id=self.workspace_id, name=name)
        self.session.add(row)
        self.session.flush()
        for user in members:
            self.session.add(TeamMember(team_id=row.id, user_id=user, workspace_id=self.workspace_id))
        self.session.commit()
        return row.id

    def member(self, role: str = "agent", *, numbers: list[str] | None = None, **columns: Any) -> UUID:
        """Somebody who is in the workspace."""
        user = uuid4()
        self.session.add(
            WorkspaceMember(
                workspace_id=self.workspace_id,
                user_id=user,
                role=role,
                number_scope="all" if numbers is None else "some",
                **columns,
            )
        )
        self.session.flush()
        for number in numbers or ():
            self.session.add(
                MemberNumber(workspace_id=self.workspace_id, user_id=user, phone_number_id=number)
            )
        self.session.commit()
        return user


@pytest.fixture
def team(session: DbSession) -> Team:
    return Team(session)


@pytest.fixture
def call(client: FlaskClient, auth: Callable[[UUID], dict[str, str]]) -> Callable[..., Any]:
    """``call(user, "GET", "/conversations", …)``: the answer of the API to this user."""

    def ask(user: UUID, method: str, path: str, **options: Any) -> Any:
        return client.open(f"{API}{path}", method=method, headers=auth(user), **options)

    return ask

"""An invitation's link by mail: through a mail server, or through the sign-in service, or by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from redis import Redis
from structlog.testing import capture_logs

from livechat.core.config import SETTINGS_KEY, Settings
from livechat.core.tasknames import Queue
from livechat.domain.clock import now
from livechat.models import Invitation
from livechat.operations.doctor import State, mail
from livechat.team.inviting.mail_invitation import mail_invitation, sweep_mail
from livechat.team.inviting.mailing import gotrue
from tests.conftest import make_token
from tests.events.call_sites import watched
from tests.team.conftest import API, DbSession, Team
from tests.team.mailbox import Mailbox, SignInService, serving

INES = "ines@example.com"
SERVICE_KEY, ANON_KEY = "a-service-key", "an-anon-key"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    server = Mailbox()
    with serving(server):
        yield server


@pytest.fixture
def service() -> Iterator[SignInService]:
    server = SignInService()
    gotrue._known.clear()
    with serving(server):
        yield server


@pytest.fixture
def set_up(app: Flask) -> Iterator[Callable[..., Settings]]:
    """``set_up(smtp_url=…)``: the application with these settings, until the test ends."""
    before: Settings = app.config[SETTINGS_KEY]

    def change(**settings: Any) -> Settings:
        app.config[SETTINGS_KEY] = replace(before, **settings)
        return app.config[SETTINGS_KEY]  # type: ignore[no-any-return]

    yield change
    app.config[SETTINGS_KEY] = before


def by_service(service: SignInService) -> dict[str, str]:
    return {
        "supabase_url": service.url,
        "supabase_anon_key": ANON_KEY,
        "supabase_service_role_key": SERVICE_KEY,
    }


@pytest.fixture
def invite(team: Team, call: Callable[..., Any]) -> Callable[..., tuple[UUID, str]]:
    """(the invitation's id, the link) of a new invitation."""

    def ask(email: str | None = INES) -> tuple[UUID, str]:
        body = {"role": "agent", "email": email}
        answer = call(team.owner, "POST", f"/workspaces/{team.workspace_id}/invitations", json=body)
        assert answer.status_code == 201, answer.text
        assert answer.json["invitation"]["sent_at"] is None
        return UUID(answer.json["invitation"]["id"]), answer.json["link"]

    return ask


@pytest.fixture
def listed(team: Team, call: Callable[..., Any]) -> Callable[[], Any]:
    return lambda: call(team.owner, "GET", f"/workspaces/{team.workspace_id}/invitations").json


def make_due(session: DbSession, invitation_id: UUID) -> None:
    row = session.get_one(Invitation, invitation_id, populate_existing=True)
    row.mail_due_at = now() - timedelta(seconds=1)
    session.commit()


def test_a_mail_server_gets_the_link_and_nothing_keeps_it(
    session: DbSession,
    team: Team,
    set_up: Callable[..., Settings],
    mailbox: Mailbox,
    invite: Callable[..., tuple[UUID, str]],
    listed: Callable[[], Any],
    redis_client: Redis,
) -> None:
    settings = set_up(smtp_url=mailbox.url)
    with capture_logs() as lines:
        invitation_id, link = invite()
        token = link.partition("#")[2]
        # What waits for a worker, and what is stored, do not let their reader in.
        waiting = b"".join(redis_client.lrange(Queue.OUTBOUND.value, 0, -1))
        assert str(invitation_id).encode() in waiting
        assert token.encode() not in waiting
        row = session.get_one(Invitation, invitation_id)
        assert row.mail_link_encrypted is not None
        assert token not in row.mail_link_encrypted
        mail_invitation(session, settings, invitation_id)
        mail_invitation(session, settings, invitation_id)
    [letter] = mailbox.mails
    assert (letter["To"], letter["From"]) == (INES, "Chat <chat@example.com>")
    assert letter["Subject"] == "A colleague invites you to Workspace"
    assert link in letter.get_content().splitlines()
    assert token not in repr(lines)
    assert INES not in repr(lines)
    [shown] = listed()["invitations"]
    assert shown["sent_at"] is not None
    assert shown["send_error"] is None
    session.expire_all()
    assert (row.mail_link_encrypted, row.mail_due_at) == (None, None)


def test_a_mail_that_fails_says_so_is_tried_again_and_ends_with_the_invitation(
    session: DbSession,
    team: Team,
    call: Callable[..., Any],
    set_up: Callable[..., Settings],
    mailbox: Mailbox,
    invite: Callable[..., tuple[UUID, str]],
    listed: Callable[[], Any],
    redis_client: Redis,
) -> None:
    settings = set_up(smtp_url=mailbox.url)
    mailbox.refusal = "451 later, ines@example.com"
    invitation_id, link = invite()
    with watched() as told:
        mail_invitation(session, settings, invitation_id)
    assert told == {"publish_members in mail_invitation._settle"}
    [shown] = listed()["invitations"]
    assert (shown["sent_at"], shown["send_error"]) == (None, "The mail server refused the address (451).")
    row = session.get_one(Invitation, invitation_id, populate_existing=True)
    assert row.mail_due_at is not None
    # The link of the answer is good meanwhile, and so is the one that is mailed later.
    redis_client.delete(Queue.OUTBOUND.value)
    make_due(session, invitation_id)
    sweep_mail(session, 50)
    assert redis_client.llen(Queue.OUTBOUND.value) == 1
    mailbox.refusal = ""
    mail_invitation(session, settings, invitation_id)
    [letter] = mailbox.mails
    assert link in letter.get_content()
    assert listed()["invitations"][0]["send_error"] is None
    # Of a revoked one nothing is owed, and nothing kept.
    mailbox.refusal = "451 later"
    path = f"/workspaces/{team.workspace_id}/invitations/{invitation_id}"
    again = call(team.owner, "POST", f"{path}/resend")
    assert again.json["invitation"]["sent_at"] is None
    assert call(team.owner, "DELETE", path).status_code == 204
    mail_invitation(session, settings, invitation_id)
    assert len(mailbox.mails) == 1
    assert session.get_one(Invitation, invitation_id, populate_existing=True).mail_link_encrypted is None


def test_a_refusal_for_good_is_not_tried_again_until_an_admin_says_so(
    session: DbSession,
    team: Team,
    call: Callable[..., Any],
    set_up: Callable[..., Settings],
    mailbox: Mailbox,
    invite: Callable[..., tuple[UUID, str]],
    listed: Callable[[], Any],
) -> None:
    settings = set_up(smtp_url=mailbox.url)
    mailbox.refusal = "550 nobody here"
    invitation_id, first = invite()
    mail_invitation(session, settings, invitation_id)
    [shown] = listed()["invitations"]
    assert shown["send_error"] == "The mail server refused the address (550)."
    assert session.get_one(Invitation, invitation_id, populate_existing=True).mail_due_at is None
    mailbox.refusal = ""
    path = f"/workspaces/{team.workspace_id}/invitations/{invitation_id}/resend"
    again = call(team.owner, "POST", path).json
    assert again["link"] != first
    mail_invitation(session, settings, invitation_id)
    assert again["link"] in mailbox.mails[0].get_content()


def test_an_invitation_that_was_replaced_behind_our_back_is_not_mailed(
    session: DbSession,
    team: Team,
    set_up: Callable[..., Settings],
    mailbox: Mailbox,
    invite: Callable[..., tuple[UUID, str]],
) -> None:
    settings = set_up(smtp_url=mailbox.url)
    invitation_id, _ = invite()
    # As the previous release does, which knows of no mail.
    session.get_one(Invitation, invitation_id).token_digest = b"another"
    session.commit()
    mail_invitation(session, settings, invitation_id)
    assert mailbox.mails == []
    assert session.get_one(Invitation, invitation_id, populate_existing=True).send_error is not None


def test_the_sign_in_service_invites_strangers_and_signs_in_who_has_an_account(
    session: DbSession,
    team: Team,
    client: Any,
    set_up: Callable[..., Settings],
    service: SignInService,
    invite: Callable[..., tuple[UUID, str]],
    listed: Callable[[], Any],
) -> None:
    settings = set_up(**by_service(service))
    service.known.add("luc@example.com")
    for email, asked in ((INES, ["invite"]), ("luc@example.com", ["invite", "otp"])):
        service.asked.clear()
        invitation_id, link = invite(email)
        mail_invitation(session, settings, invitation_id)
        assert [each.what for each in service.asked] == asked
        last = service.asked[-1]
        assert last.query == {"redirect_to": [link]}
        assert last.body["email"] == email
        assert service.asked[0].key == SERVICE_KEY
        assert last.body.get("create_user", False) is False
        assert listed()["invitations"][0]["sent_at"] is not None
        headers = {"Authorization": f"Bearer {make_token(uuid4(), email=email)}"}
        token = link.partition("#")[2]
        joined = client.post(f"{API}/invitations/accept", headers=headers, json={"token": token})
        assert joined.status_code == 200


def test_while_the_service_is_down_the_invitation_stands_and_can_be_sent_again(
    session: DbSession,
    team: Team,
    call: Callable[..., Any],
    set_up: Callable[..., Settings],
    service: SignInService,
    invite: Callable[..., tuple[UUID, str]],
    listed: Callable[[], Any],
) -> None:
    settings = set_up(**by_service(service) | {"supabase_url": "http://127.0.0.1:9"})
    with capture_logs() as lines:
        invitation_id, link = invite()
        mail_invitation(session, settings, invitation_id)
    [shown] = listed()["invitations"]
    assert (shown["sent_at"], shown["send_error"]) == (None, "The sign-in service could not be reached.")
    assert link.partition("#")[2] not in repr(lines)
    assert SERVICE_KEY not in repr(lines)
    settings = set_up(**by_service(service))
    for status, error in (
        (500, "The sign-in service could not mail it (unexpected_failure)."),
        (401, "The sign-in service refused our service key."),
        (200, None),
    ):
        service.status = status
        path = f"/workspaces/{team.workspace_id}/invitations/{invitation_id}/resend"
        assert call(team.owner, "POST", path).status_code == 200
        mail_invitation(session, settings, invitation_id)
        [shown] = listed()["invitations"]
        assert (shown["send_error"], shown["sent_at"] is None) == (error, error is not None)


def test_what_does_not_work_gives_way_to_what_does_and_closed_doors_turn_the_order(
    session: DbSession,
    team: Team,
    set_up: Callable[..., Settings],
    mailbox: Mailbox,
    service: SignInService,
    invite: Callable[..., tuple[UUID, str]],
) -> None:
    def mailed_by(*, refusal: str = "", closed: bool = False) -> tuple[int, int]:
        gotrue._known.clear()
        mailbox.mails.clear()
        service.asked.clear()
        mailbox.refusal, service.settings["disable_signup"] = refusal, closed
        invitation_id, _ = invite()
        mail_invitation(session, settings, invitation_id)
        return len(mailbox.mails), len([each for each in service.asked if each.what == "invite"])

    settings = set_up(smtp_url=mailbox.url, **by_service(service))
    assert mailed_by() == (1, 0)
    assert mailed_by(refusal="550 no") == (0, 1)
    # A link alone would be of no use to a stranger who may not sign up.
    assert mailed_by(closed=True) == (0, 1)


def test_who_invites_learns_what_a_link_is_good_for(
    team: Team,
    set_up: Callable[..., Settings],
    service: SignInService,
    invite: Callable[..., tuple[UUID, str]],
    listed: Callable[[], Any],
    redis_client: Redis,
) -> None:
    def facts(**changes: Any) -> tuple[Any, ...]:
        gotrue._known.clear()
        set_up(**changes)
        said = listed()
        return said["can_mail"], said["can_make_accounts"], said["sign_up_is_open"]

    known = by_service(service)
    assert facts() == (False, False, None)
    invite()
    assert redis_client.llen(Queue.OUTBOUND.value) == 0
    assert facts(**known) == (True, True, True)
    service.settings["disable_signup"] = True
    assert facts(**known | {"supabase_service_role_key": None}) == (False, False, False)
    assert facts(**known | {"supabase_url": "http://127.0.0.1:9"}) == (True, True, None)
    assert all(each.key == ANON_KEY for each in service.asked)


def test_the_doctor_tries_both_ways(
    set_up: Callable[..., Settings], mailbox: Mailbox, service: SignInService
) -> None:
    def found(**changes: Any) -> dict[str, State]:
        gotrue._known.clear()
        return {each.check: each.state for each in mail.check(set_up(**changes), is_asked=True)}

    both = by_service(service) | {"smtp_url": mailbox.url}
    fine = {"mail server": State.OK, "service key": State.OK, "sign-up": State.OK}
    assert found() == {"invitations by mail": State.NOTE}
    assert found(**both) == fine
    service.status = 401
    assert found(**both)["service key"] is State.WRONG
    assert found(**both | {"smtp_url": "smtp://127.0.0.1:9"})["mail server"] is State.WRONG
    service.settings["disable_signup"] = True
    assert found(**both | {"supabase_service_role_key": None})["sign-up"] is State.NOTE

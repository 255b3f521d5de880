"""How far a bulk action is: told to who started it, and to nobody else."""

from collections.abc import Callable
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from livechat.bulk.run_bulk import run_bulk
from livechat.models import PhoneNumber
from tests.conftest import wait_until
from tests.events.conftest import OpenStream
from tests.events.test_ephemeral import member, workspace
from tests.factories import make_conversation
from tests.ingest.conftest import NUMBER, OWNER, Meta


def test_who_started_a_job_hears_how_far_it_is(
    meta: Meta,
    session: scoped_session[Session],
    browse: OpenStream,
    client: FlaskClient,
    auth: Callable[[UUID], dict[str, str]],
) -> None:
    colleague = member(session, workspace(session))
    number = session.scalars(select(PhoneNumber).where(PhoneNumber.phone_number_id == NUMBER)).one()
    chat = str(make_conversation(session, number, assignee_id=OWNER).id)
    session.commit()
    ours, theirs = browse(OWNER), browse(colleague)
    body = {"action": "assign", "assignee_id": None, "ids": [chat]}
    started = client.post("/api/live-chat/bulk", json=body, headers=auth(OWNER)).json["job"]
    run_bulk(session, UUID(started["id"]))
    wait_until(lambda: "job.updated" in ours.names())
    wait_until(lambda: "change.created" in theirs.names())
    [told] = [event for event in ours.events if event.name == "job.updated"]
    shown = client.get(f"/api/live-chat/jobs/{started['id']}", headers=auth(OWNER)).json
    assert told.data == {"job": shown}
    assert (shown["state"], shown["done"]) == ("done", 1)
    assert told.id
    assert "job.updated" not in theirs.names()

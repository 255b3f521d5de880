"""A Supabase project with keys of its own, and two tenants with everything that a route can name."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from jwt.algorithms import ECAlgorithm
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from livechat import create_app, use_broker
from livechat.core.config import Settings
from livechat.core.extensions import db
from livechat.domain.clock import now
from livechat.models import (
    AttributeDefinition,
    BulkJob,
    CannedReply,
    Invitation,
    Label,
    Macro,
    Note,
    Notification,
    Reminder,
    SavedView,
    ScheduledMessage,
    Team,
)
from tests.api.conftest import KeyServer, key_server
from tests.conftest import JWT_SECRET, environment
from tests.factories import make_account, make_conversation, make_message, make_number
from tests.services import EmbeddedServices

__all__ = ["KeyServer", "key_server"]

EC_KEY = ec.generate_private_key(ec.SECP256R1())
EC_JWK = ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True) | {"kid": "ec", "alg": "ES256", "use": "sig"}


@pytest.fixture
def project(
    app: Flask, clean: None, services: EmbeddedServices, settings: Settings, key_server: KeyServer
) -> Iterator[Flask]:
    """The product of a project with SUPABASE_URL, beside the HS256 secret."""
    key_server.document = {"keys": [EC_JWK]}
    variables = environment(services, SUPABASE_URL=key_server.url, SUPABASE_JWT_SECRET=JWT_SECRET)
    other = create_app(Settings.from_env(variables))
    yield other
    with other.app_context():
        db.session.remove()
        db.engine.dispose()
    use_broker(settings)


@dataclass(frozen=True)
class Tenant:
    """An owner; ``ids`` by the name that a route gives them, ``traces`` what only he may read."""

    user: UUID
    ids: dict[str, str]
    traces: tuple[str, ...]


def make_tenant(session: scoped_session[Session], name: str) -> Tenant:
    """An account with a number, a conversation, messages both ways and webhooks; committed."""
    user = uuid4()
    account = make_account(session, user)
    number = make_number(session, account, verified_name=f"{name}'s Bakery")
    conversation = make_conversation(session, number, customer_name=f"{name}'s customer")
    said = f"what {name}'s customer wrote"
    message = make_message(session, conversation, text=said)
    error = {"code": 131026, "title": "Message undeliverable", "detail": "…", "retryable": False}
    failed = make_message(
        session,
        conversation,
        direction="outbound",
        status="failed",
        status_rank=25,
        error=error,
        text=f"what {name} answered",
    )
    event = uuid4()
    value = {
        "metadata": {"phone_number_id": number.phone_number_id},
        "messages": [{"from": conversation.customer_phone, "id": message.wamid, "text": {"body": said}}],
    }
    body = {"entry": [{"id": account.waba_id, "changes": [{"field": "messages", "value": value}]}]}
    item = {
        "n": 0,
        "kind": "ThreadMessage",
        "field": "messages",
        "number": number.phone_number_id,
        "outcome": "stored",
        "ref": str(message.id),
    }
    session.execute(
        text(
            "INSERT INTO webhook_events (id, received_at, state, body, phone_number_ids, items, stored) "
            "VALUES (:id, now(), 'done', :body, ARRAY[:number], CAST(:items AS jsonb), 1)"
        ),
        {
            "id": event,
            "body": orjson.dumps(body),
            "number": number.phone_number_id,
            "items": orjson.dumps([item]).decode(),
        },
    )
    session.flush()
    session.refresh(account)
    label = Label(
        workspace_id=account.workspace_id,
        name=f"{name}'s label",
        colour="#b91c1c",
        created_by=user,
        request_digest=b"",
    )
    session.add(label)
    team = Team(workspace_id=account.workspace_id, name=f"{name}'s team")
    invitation = Invitation(
        workspace_id=account.workspace_id,
        role="agent",
        token_digest=user.bytes,
        expires_at=now() + timedelta(days=1),
        invited_by=user,
    )
    note = Note(conversation_id=conversation.id, author_id=user, body=f"what {name} noted")
    told = Notification(user_id=user, conversation_id=conversation.id, kind="assigned", cause_id=uuid4())
    job = BulkJob(user_id=user, action="resolve", parameters={}, finished_at=now())
    canned = CannedReply(
        workspace_id=account.workspace_id,
        scope="workspace",
        shortcut="greet",
        title=f"{name}'s greeting",
        body=f"what {name} often answers",
        created_by=user,
    )
    macro = Macro(
        workspace_id=account.workspace_id,
        scope="workspace",
        name=f"{name}'s macro",
        steps=[{"action": "note", "body": f"what {name} notes often"}],
        created_by=user,
    )
    view = SavedView(
        workspace_id=account.workspace_id,
        visibility="all",
        owner_user_id=user,
        name=f"{name}'s view",
        filter={},
        sort="recent",
    )
    scheduled = ScheduledMessage(
        user_id=user,
        phone_number_id=number.phone_number_id,
        conversation_id=conversation.id,
        message_type="text",
        part={"body": "Hi"},
        text=f"what {name} will say",
        content={},
        send_at=now() + timedelta(days=1),
        cancel_if_customer_writes=False,
        heard_seq=0,
    )
    session.add(scheduled)
    reminder = Reminder(
        user_id=user, conversation_id=conversation.id, due_at=now(), text=f"what {name} is not to forget"
    )
    attribute = AttributeDefinition(
        workspace_id=account.workspace_id,
        key=f"{name.lower()}_since",
        name=f"{name}'s attribute",
        type="date",
        created_by=user,
    )
    session.add_all([team, invitation, note, told, job, canned, macro, view, reminder, attribute])
    session.commit()
    of_message = str(message.id)
    ids: dict[str, Any] = {
        "user_id": str(user),
        "waba_id": account.waba_id,
        "workspace_id": str(account.workspace_id),
        "team_id": str(team.id),
        "target": f"number:{number.phone_number_id}",
        "invitation_id": str(invitation.id),
        "job_id": str(job.id),
        "canned_id": str(canned.id),
        "macro_id": str(macro.id),
        "view_id": str(view.id),
        "attribute_key": attribute.key,
        "note_id": str(note.id),
        "notification_id": str(told.id),
        "reminder_id": str(reminder.id),
        "scheduled_id": str(scheduled.id),
        "phone_number_id": number.phone_number_id,
        "conversation_id": str(conversation.id),
        "message_id": of_message,
        "event_id": str(event),
        **dict.fromkeys(("label_id", "label"), str(label.id)),
        **dict.fromkeys(("before", "after", "around", "up_to", "from", "reply_to"), of_message),
    }
    traces = (
        said,
        f"what {name} answered",
        f"{name}'s Bakery",
        f"{name}'s customer",
        *(
            label.name,
            attribute.name,
            canned.title,
            canned.body,
            macro.name,
            f"what {name} notes often",
            view.name,
            reminder.text,
            str(scheduled.text),
        ),
        str(conversation.customer_phone),
        *(str(message.wamid), str(failed.id), str(failed.wamid)),
    )
    return Tenant(user, ids, traces)


@pytest.fixture
def tenants(project: Flask) -> Iterator[tuple[Tenant, Tenant]]:
    """(the first, another)."""
    with project.app_context():
        yield make_tenant(db.session, "Asha"), make_tenant(db.session, "Ravi")
        db.session.remove()

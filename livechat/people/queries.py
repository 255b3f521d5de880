"""Statements on people, and on the conversations that are theirs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, func, select, text

from livechat.accounts.queries.visible import conversation_is_seen, seen_numbers
from livechat.core.session import AnySession, as_json
from livechat.inbox.queries.inbox_conditions import SHOWN
from livechat.models import (
    NEVER_LEFT,
    AttributeDefinition,
    Conversation,
    Person,
    PhoneNumber,
    WorkspaceMember,
)

Columns = TypeVarTuple("Columns")
# More than anybody has numbers of ours to write to.
MAX_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Candidate:
    """A conversation of the workspace that may be the same person's, with what tells people apart.

    ``number_left_at``: since when the customer's number was somebody else's before, as far as is known.
    """

    id: UUID
    account_id: UUID
    customer_phone: str | None
    customer_user_id: str | None
    began_at: datetime
    person_id: UUID | None
    number_left_at: datetime | None


_CANDIDATES = text(
    """
    WITH numbers AS (
        SELECT n.phone_number_id, n.account_id
        FROM waba_accounts a JOIN phone_numbers n ON n.account_id = a.id
        WHERE a.workspace_id = :workspace
    ), found AS (
        SELECT CAST(:conversation AS uuid) AS id
        UNION
        SELECT c.id FROM numbers n JOIN chat_conversations c
            ON c.phone_number_id = n.phone_number_id AND c.customer_phone = ANY(CAST(:phones AS text[]))
        UNION
        SELECT c.id FROM numbers n JOIN chat_conversations c
            ON c.phone_number_id = n.phone_number_id AND c.customer_user_id = ANY(CAST(:user_ids AS text[]))
        UNION
        SELECT k.conversation_id FROM person_conversations k WHERE k.person_id = ANY(CAST(:people AS uuid[]))
    )
    SELECT c.id, n.account_id, c.customer_phone, c.customer_user_id, c.created_at, k.person_id, (
        SELECT max(o.left_at) FROM numbers l JOIN conversation_other_ids o
            ON o.phone_number_id = l.phone_number_id AND o.kind = 'phone' AND o.value = c.customer_phone
        WHERE o.left_at < :never
    )
    FROM found f
    JOIN chat_conversations c ON c.id = f.id
    JOIN numbers n ON n.phone_number_id = c.phone_number_id
    LEFT JOIN person_conversations k ON k.conversation_id = c.id
    ORDER BY c.id
    """
)


def candidates(
    session: AnySession,
    workspace_id: UUID,
    conversation_id: UUID,
    *,
    phones: Collection[str],
    user_ids: Collection[str],
    people: Collection[UUID],
) -> list[Candidate]:
    """The conversation, and those of the workspace with one of these ids or of one of these people."""
    values = {
        "workspace": workspace_id,
        "conversation": conversation_id,
        "phones": list(phones),
        "user_ids": list(user_ids),
        "people": list(people),
        "never": NEVER_LEFT,
    }
    return [Candidate(*row) for row in session.execute(_CANDIDATES, values)]


def people_by_id(session: AnySession, ids: Collection[UUID], *, lock: bool = False) -> Sequence[Person]:
    """The people with these ids, the oldest first."""
    found = select(Person).where(Person.id.in_(ids)).order_by(Person.id)
    # New conversations may be theirs meanwhile: a foreign key asks for no more than the row's being there.
    found = found.with_for_update(key_share=True) if lock else found
    return session.scalars(found.execution_options(populate_existing=True)).all() if ids else []


def join_people(session: AnySession, gone: UUID, kept: UUID) -> None:
    """Make one of two people; what both say ``kept`` says."""
    session.execute(text("SELECT livechat_join_people(:gone, :kept)"), {"gone": gone, "kept": kept})


def attach(session: AnySession, person_id: UUID, conversation_ids: Collection[UUID]) -> None:
    """Let these conversations, which are nobody's, be this person's."""
    session.execute(
        text(
            """
            INSERT INTO person_conversations (conversation_id, person_id)
            SELECT id, :person FROM unnest(CAST(:ids AS uuid[])) AS given (id)
            ON CONFLICT DO NOTHING
            """
        ),
        {"person": person_id, "ids": list(conversation_ids)},
    )


def write_ids(
    session: AnySession, workspace_id: UUID, person_id: UUID, ids: Collection[tuple[str, str]]
) -> None:
    """Let these ids, each (kind, value), lead to this person, who has them now."""
    rows = [{"kind": kind, "value": value} for kind, value in sorted(ids)]
    session.execute(
        text(
            """
            INSERT INTO person_ids (workspace_id, kind, value, person_id)
            SELECT :workspace, kind, value, :person
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(kind text, value text)
            ON CONFLICT (workspace_id, kind, value) DO UPDATE SET person_id = excluded.person_id
            WHERE person_ids.person_id <> excluded.person_id
            """
        ),
        {"workspace": workspace_id, "person": person_id, "rows": as_json(rows)},
    )


def write_name(session: AnySession, conversation_ids: Collection[UUID], name: str | None) -> None:
    """Call the customer so in these locked conversations; None: as Meta does. Raises their version."""
    session.execute(
        text(
            "UPDATE chat_conversations SET given_name = :name, version = version + 1 "
            "WHERE id = ANY(CAST(:ids AS uuid[]))"
        ),
        {"name": name, "ids": list(conversation_ids)},
    )


def names_shown(session: AnySession, conversation_ids: Collection[UUID]) -> dict[UUID, str | None]:
    """{conversation: the customer's name as it is shown}."""
    found = select(Conversation.id, Conversation.customer_name).where(Conversation.id.in_(conversation_ids))
    return {row.id: row.customer_name for row in session.execute(found)}


def seen_conversations(
    session: AnySession, user_id: UUID, conversation_ids: Collection[UUID]
) -> Sequence[Conversation]:
    """Those of these that have something to show and that this user sees, the newest first."""
    return session.scalars(_seen(select(Conversation), user_id, conversation_ids)).all()


def seen_threads(user_id: UUID, conversation_ids: Collection[UUID]) -> Select[tuple[UUID]]:
    """``SELECT`` of the ids of the same, to be asked within a statement."""
    return _seen(select(Conversation.id), user_id, conversation_ids)


def _seen(
    conversations: Select[*Columns], user_id: UUID, conversation_ids: Collection[UUID]
) -> Select[*Columns]:
    numbers = conversations.join(PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id)
    return (
        seen_numbers(numbers, user_id)
        .where(Conversation.id.in_(conversation_ids), conversation_is_seen(user_id), SHOWN)
        .order_by(Conversation.last_message_time.desc(), Conversation.id.desc())
        .limit(MAX_SHOWN)
    )


def names_of_members(
    session: AnySession, workspace_id: UUID, ids: Collection[UUID]
) -> dict[UUID, str | None]:
    """{user: their name in the workspace}."""
    found = select(WorkspaceMember.user_id, WorkspaceMember.name).where(
        WorkspaceMember.workspace_id == workspace_id, WorkspaceMember.user_id.in_(ids)
    )
    return {row.user_id: row.name for row in session.execute(found)} if ids else {}


def definitions_in(session: AnySession, workspace_id: UUID) -> Sequence[AttributeDefinition]:
    """The workspace's attributes in use, by name."""
    return session.scalars(
        select(AttributeDefinition)
        .where(AttributeDefinition.workspace_id == workspace_id, AttributeDefinition.archived_at.is_(None))
        .order_by(func.fold_name(AttributeDefinition.name), AttributeDefinition.key)
    ).all()


def definition_of(
    session: AnySession, workspace_id: UUID, key: str, *, lock: bool = False
) -> AttributeDefinition | None:
    """The attribute with this key, also one that was put away."""
    found = select(AttributeDefinition).where(
        AttributeDefinition.workspace_id == workspace_id, AttributeDefinition.key == key
    )
    return session.scalars(found.with_for_update() if lock else found).one_or_none()

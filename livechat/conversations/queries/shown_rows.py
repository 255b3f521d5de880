"""Statements that show conversations, with whatever columns and joins they are given.

Each is put together once for what is shown. Its ``columns`` stand behind those that it adds itself.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, Uuid, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from livechat.accounts.queries.visible import one_conversation, seat_columns
from livechat.core.sql.plain_rows import Prepared
from livechat.models import Conversation, ConversationRead, ConversationWatcher, PhoneNumber, WabaAccount

# The user who is shown them.
READER: Any = bindparam("user", type_=Uuid())
# (what is joined, on what)
Joins = Sequence[tuple[Any, Any]]


def joined(statement: Select[Any], joins: Joins) -> Select[Any]:
    """The statement with all of these, each of which a row may lack."""
    for target, condition in joins:
        statement = statement.outerjoin(target, condition)
    return statement


def one_for_reader(columns: Sequence[Any], joins: Joins) -> Prepared:
    """The conversation ``id``, if ``READER`` sees it; the fields of a ``Seat`` come first."""
    wanted: Any = bindparam("id", type_=Uuid())
    return Prepared(joined(one_conversation(select(*seat_columns(), *columns), READER, wanted), joins))


def these(columns: Sequence[Any], joins: Joins) -> Prepared:
    """The conversations ``ids``; their own id comes first."""
    return Prepared(joined(_of_ids(select(Conversation.id, *columns)), joins))


def these_for_many(conditions: Sequence[Any], columns: Sequence[Any], joins: Joins) -> Prepared:
    """The conversations ``ids`` for many users; what decides who is told comes first, then ``conditions``.

    That is id, account, number, assignee, team, counted messages, watchers, and {user: read messages} of
    those of ``readers`` who have a pointer there.
    """
    readers: Any = bindparam("readers", type_=ARRAY(Uuid()))
    of_it = ConversationWatcher.conversation_id == Conversation.id
    watchers = select(ConversationWatcher.user_id).where(of_it).correlate(Conversation).scalar_subquery()
    reads = select(
        func.jsonb_object_agg(ConversationRead.user_id, ConversationRead.read_total, type_=JSONB)
    ).where(
        ConversationRead.conversation_id == Conversation.id,
        ConversationRead.user_id == func.any(cast(readers, ARRAY(Uuid()))),
    )
    decides = (
        Conversation.id,
        PhoneNumber.account_id,
        Conversation.phone_number_id,
        Conversation.assignee_id,
        Conversation.team_id,
        Conversation.counted_total,
        func.array(watchers),
        reads.correlate(Conversation).scalar_subquery(),
    )
    return Prepared(joined(_of_ids(select(*decides, *conditions, *columns)), joins))


def _of_ids(statement: Select[Any]) -> Select[Any]:
    ids: Any = bindparam("ids", type_=ARRAY(Uuid()))
    return (
        statement.join(PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id)
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .where(Conversation.id == func.any(cast(ids, ARRAY(Uuid()))))
    )

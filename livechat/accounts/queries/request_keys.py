"""Statements on requests' keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert

from livechat.core.session import AnySession
from livechat.models import IdempotencyKey

Place = tuple[UUID, str, str]


def take_key(session: AnySession, place: Place, request_id: UUID, digest: bytes) -> bool:
    """Take the key for this request; False where one has it. Waits for one that is taking it now."""
    user_id, scope, key = place
    taken = session.execute(
        insert(IdempotencyKey)
        .values(user_id=user_id, scope=scope, key=key, request_id=request_id, request_digest=digest)
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.request_id)
    )
    return taken.scalar_one_or_none() is not None


def request_of(session: AnySession, place: Place) -> IdempotencyKey | None:
    """The request that has the key."""
    return session.get(IdempotencyKey, place, populate_existing=True)


def write_made(session: AnySession, request_id: UUID, place: Place, made_id: UUID) -> None:
    """Note what the request made."""
    user_id, scope, key = place
    session.execute(
        update(IdempotencyKey)
        .where(
            IdempotencyKey.user_id == user_id,
            IdempotencyKey.scope == scope,
            IdempotencyKey.key == key,
            IdempotencyKey.request_id == request_id,
        )
        .values(made_id=made_id)
        .execution_options(synchronize_session=False)
    )


def forget_keys(session: AnySession, before: datetime) -> None:
    """Delete the keys of older requests."""
    session.execute(
        delete(IdempotencyKey)
        .where(IdempotencyKey.created_at < before)
        .execution_options(synchronize_session=False)
    )

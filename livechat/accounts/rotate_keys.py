"""Encrypts all stored access tokens with the newest key, while the product runs."""

from dataclasses import dataclass, field
from uuid import UUID

import structlog

from livechat.accounts.crypto import UndecryptableTokenError, key_of, under_newest_key
from livechat.accounts.queries import connections
from livechat.core.session import AnySession

log = structlog.get_logger(__name__)

BATCH = 500


@dataclass(slots=True)
class Rotated:
    """How many tokens were encrypted anew or had the newest key already, and accounts whose token is lost."""

    moved: int = 0
    already: int = 0
    lost: list[UUID] = field(default_factory=list)


def rotate_keys(session: AnySession, keys: tuple[str, ...]) -> Rotated:
    """Commits account by account: encrypt every token with the first of ``keys``.

    A token is replaced only if it is still the one that was read: an account that is connected again
    meanwhile keeps its new token, whichever key that has. A second run encrypts those too.
    """
    result = Rotated()
    after: UUID | None = None
    while rows := connections.encrypted_tokens(session, after, BATCH):
        session.rollback()
        after = rows[-1].account_id
        for row in rows:
            _rotate(session, row.account_id, row.access_token_encrypted, keys, result)
    session.rollback()
    log.info("keys_rotated", moved=result.moved, already=result.already, lost=len(result.lost))
    return result


def _rotate(session: AnySession, account_id: UUID, old: str, keys: tuple[str, ...], result: Rotated) -> None:
    """Commits one account's token, if it has to be encrypted anew."""
    if key_of(old, keys) == 0:
        result.already += 1
        return
    try:
        new = under_newest_key(old, keys)
    except UndecryptableTokenError:
        result.lost.append(account_id)
        return
    if connections.replace_encrypted_token(session, account_id, old, new):
        result.moved += 1
    session.commit()

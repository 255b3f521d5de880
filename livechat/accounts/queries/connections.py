"""Connected accounts with their encrypted tokens."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from livechat.core.session import AnySession


def encrypted_tokens(session: AnySession, after: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Up to ``limit`` rows (account_id, access_token_encrypted) after an account id, by account id."""
    return session.execute(
        text(
            "SELECT id AS account_id, access_token_encrypted FROM waba_accounts "
            "WHERE CAST(:after AS uuid) IS NULL OR id > :after ORDER BY id LIMIT :limit"
        ),
        {"after": after, "limit": limit},
    ).all()


def replace_encrypted_token(session: AnySession, account_id: UUID, old: str, new: str) -> bool:
    """Replace a ciphertext; False if the account was connected again meanwhile and has another token."""
    replaced = session.execute(
        text(
            "UPDATE waba_accounts SET access_token_encrypted = :new "
            "WHERE id = :id AND access_token_encrypted = :old RETURNING id"
        ),
        {"id": account_id, "old": old, "new": new},
    ).one_or_none()
    return replaced is not None


def accounts_with_numbers(session: AnySession) -> Sequence[Row[Any]]:
    """(account_id, waba_id, access_token_encrypted, numbers) of every account.

    ``numbers`` is a list of {id, status, code, reason}; it is empty if all of them went to other accounts.
    """
    return session.execute(
        text(
            """
            SELECT a.id AS account_id, a.waba_id, a.access_token_encrypted,
                   coalesce(jsonb_agg(jsonb_build_object(
                       'id', n.phone_number_id, 'status', n.status,
                       'code', n.paused_code, 'reason', n.paused_reason
                   ) ORDER BY n.phone_number_id) FILTER (WHERE n.phone_number_id IS NOT NULL), '[]')
                   AS numbers
            FROM waba_accounts a LEFT JOIN phone_numbers n ON n.account_id = a.id
            GROUP BY a.id ORDER BY a.id
            """
        )
    ).all()

"""Connected accounts with their tokens, for checks against Meta."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text

from livechat.queries.session import AnySession


def accounts_with_numbers(session: AnySession) -> Sequence[Row[Any]]:
    """(account_id, waba_id, access_token_encrypted, numbers) of every account.

    ``numbers`` is a list of {id, status, code, reason}; it is empty where all of them went to other accounts.
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

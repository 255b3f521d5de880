"""Reading an account's templates from Meta: at connecting, every few hours, after news, and on request.

The account's row says when its templates are due. So any number of requests is one reading, and a request
that comes during a reading causes another. Source of the limits: Meta's "Rate limits" (management calls).
"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import structlog

from livechat.accounts.pause import Caller, meta_call
from livechat.core.after_commit import enqueue, enqueue_after_commit
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.domain.text import storable, storable_json
from livechat.templates import queries as queries
from livechat.templates.queries import SyncClaim
from livechat.whatsapp.graph.account_calls import AccountCalls
from livechat.whatsapp.graph.graph_errors import GraphError
from livechat.whatsapp.templates.definition import STALE_CODES, Template

log = structlog.get_logger(__name__)

SYNC_EVERY_S = 6 * 3600.0
# Longer than reading all pages of the longest list. If the worker dies, another one reads after this time.
_HOLD_S = 600.0
# Requests (a webhook for each of a hundred templates, an impatient finger) cause one reading in this time.
APART_S = 20.0
_FIRST_WAIT_S, _LONGEST_WAIT_S = 60.0, 6 * 3600.0


def sync_templates(
    session: AnySession, graph: AccountCalls, encryption_keys: Sequence[str], account_id: UUID
) -> int | None:
    """Commits around the calls: read and keep an account's templates; how many there are.

    None where they were not due or Meta refused. After a refusal they are read again later: after the time
    that Meta names, or else after twice as long each time.
    """
    claim = queries.claim_sync(session, account_id, _HOLD_S)
    session.commit()
    if claim is None:
        return None
    try:
        templates = _read(session, graph, claim, encryption_keys, account_id)
    except GraphError as error:
        failures = claim.failures + 1
        wait_s = min(_FIRST_WAIT_S * 2.0 ** min(failures - 1, 10), _LONGEST_WAIT_S)
        again_s = max(wait_s, error.retry_after_s or 0.0)
        queries.finish_sync(session, account_id, claim, again_s=again_s, failures=failures)
        session.commit()
        log.warning("templates_not_synced", account_id=str(account_id), code=error.code, failures=failures)
        return None
    queries.save_templates(session, account_id, [_row(each) for each in templates], claim.began_at)
    queries.finish_sync(session, account_id, claim, again_s=SYNC_EVERY_S, failures=0)
    session.commit()
    log.info("templates_synced", account_id=str(account_id), templates=len(templates))
    return len(templates)


def _read(
    session: AnySession,
    graph: AccountCalls,
    claim: SyncClaim,
    encryption_keys: Sequence[str],
    account_id: UUID,
) -> Sequence[Template]:
    """The account's templates, from Meta. Raises GraphError.

    The call needs some number of the account. From a refusal only what concerns all numbers is learnt.
    """
    number = queries.number_of_account(session, account_id)
    caller = Caller(number or "", claim.access_token_encrypted, claim.began_at)
    with meta_call(session, caller, encryption_keys, as_account=True) as token:
        return graph.templates(claim.waba_id, token)


def _row(template: Template) -> dict[str, Any]:
    def text(value: str | None) -> str | None:
        return storable(value) if value is not None else None

    return {
        "meta_id": template.meta_id,
        "name": storable(template.name),
        "language": storable(template.language),
        "status": storable(template.status),
        "category": text(template.category),
        "sub_category": text(template.sub_category),
        "parameter_format": storable(template.parameter_format),
        "components": storable_json(template.components),
        "quality": text(template.quality),
        "rejected_reason": text(template.rejected_reason),
    }


def request_sync(session: AnySession, account_ids: Collection[UUID]) -> None:
    """Read these accounts' templates again soon after the commit, which is the caller's."""
    if not account_ids:
        return
    queries.want_sync(session, account_ids, apart_s=APART_S)
    for account_id in account_ids:
        # A task that comes before its time finds nothing to do; beat's sweep sends another.
        enqueue_after_commit(session, TaskName.SYNC_TEMPLATES, account_id=str(account_id))


def template_refused(session: AnySession, phone_number_id: str, code: int | None) -> None:
    """Read the templates again after a refusal that shows that what we have of one is out of date."""
    if code not in STALE_CODES:
        return
    account_id = queries.account_of_number(session, phone_number_id)
    if account_id is not None:
        request_sync(session, [account_id])


def sweep_templates(session: AnySession, limit: int) -> int:
    """Enqueue the accounts whose templates are due; how many."""
    due = queries.due_accounts(session, limit)
    session.rollback()
    for account_id in due:
        enqueue(TaskName.SYNC_TEMPLATES, account_id=str(account_id))
    return len(due)

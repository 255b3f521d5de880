"""Actions that wait for a commit, above all the sending of tasks. After a rollback they do not run.

A task that is not sent loses nothing: its row is committed with the work outstanding, and a sweep finds it.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import structlog
from kombu.exceptions import OperationalError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction, scoped_session

from livechat.core.extensions import celery
from livechat.core.metrics import AFTER_COMMIT_FAILURES
from livechat.core.tasknames import TaskName

log = structlog.get_logger(__name__)
_PENDING = "livechat_after_commit"
_BROKER_IS_AWAY = (OperationalError, RedisConnectionError, RedisTimeoutError, OSError)
_COMMITTING = "livechat_committing"


class _Pending(NamedTuple):
    """``within`` is the savepoint that the action was registered in, None outside of one."""

    within: SessionTransaction | None
    action: Callable[[], object]
    if_unknown: Callable[[], object] | None


def after_commit(
    session: Session | scoped_session[Any],
    action: Callable[[], object],
    *,
    if_unknown: Callable[[], object] | None = None,
) -> None:
    """Run ``action`` once, when the session's present transaction has been committed.

    What it raises is logged and counted. It reaches neither the caller of the commit nor the next action.
    ``if_unknown`` runs in its place where the commit failed: the database may have made it, and its answer
    been lost.
    """
    real = session() if isinstance(session, scoped_session) else session
    pending: list[_Pending] = real.info.setdefault(_PENDING, [])
    if not event.contains(real, "after_commit", _run):
        event.listen(real, "before_commit", _begin)
        event.listen(real, "after_commit", _run)
        event.listen(real, "after_rollback", _forget)
    pending.append(_Pending(real.get_nested_transaction(), action, if_unknown))


def enqueue_after_commit(
    session: Session | scoped_session[Any], task: TaskName, **kwargs: str | int | bool
) -> None:
    """Send ``task`` with keyword arguments (ids and scalars) once the session has committed."""
    after_commit(session, lambda: enqueue(task, **kwargs))


def enqueue(task: TaskName, **kwargs: str | int | bool) -> bool:
    """Send ``task`` now. False where the broker does not take it: a sweep does the work later."""
    try:
        celery.send_task(
            task.value,
            kwargs=kwargs,
            queue=task.queue.value,
            headers={"sent_at": time.time()},
            ignore_result=True,
            retry=False,
        )
    except _BROKER_IS_AWAY as error:
        AFTER_COMMIT_FAILURES.labels("task").inc()
        log.warning("task_not_enqueued", task=task.value, error=type(error).__name__, **kwargs)
        return False
    except Exception:
        # Brokers have errors of their own for a channel, a queue, a policy, a full disk. The caller has
        # committed, and must not fail for them.
        AFTER_COMMIT_FAILURES.labels("task").inc()
        log.exception("task_refused_by_broker", task=task.value, **kwargs)
        return False
    return True


def _begin(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info[_COMMITTING] = True


def _run(session: Session) -> None:
    # SQLAlchemy reports the release of a savepoint as a commit too; nothing is committed by it.
    if session.in_nested_transaction():
        return
    session.info.pop(_COMMITTING, None)
    pending: list[_Pending] = session.info.pop(_PENDING, [])
    _do([each.action for each in pending])


def _do(actions: Iterable[Callable[[], object]]) -> None:
    for action in actions:
        try:
            action()
        except Exception:
            AFTER_COMMIT_FAILURES.labels("action").inc()
            log.exception("after_commit_failed")


def _forget(session: Session) -> None:
    savepoint = session.get_nested_transaction()
    pending: list[_Pending] = session.info.pop(_PENDING, [])
    if savepoint is not None:
        # What was registered before the savepoint still waits for the commit.
        session.info[_PENDING] = [each for each in pending if each.within is not savepoint]
    elif session.info.pop(_COMMITTING, False):
        _do([each.if_unknown for each in pending if each.if_unknown is not None])

"""Whether the sweeps would find anything now: one statement for all of them, of which each part is an index.

A sweep's own statement may look closer, at locks and at paused numbers. What is due by it is due by this.
"""

from collections.abc import Collection
from functools import lru_cache

from sqlalchemy import TextClause, text

from livechat.assigning.queries.waiting_rows import RULES_THAT_OWE
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName

_DUE: dict[TaskName, str] = {
    TaskName.SWEEP_INBOUND: "FROM webhook_events WHERE state = 'waiting'",
    TaskName.SWEEP_OUTBOUND: (
        "FROM chat_messages WHERE direction = 'outbound' AND status IN ('queued', 'sending')"
    ),
    TaskName.SWEEP_MEDIA: (
        "FROM media WHERE state = 'pending' AND next_attempt_at <= now() "
        "UNION ALL SELECT FROM media WHERE state = 'fetching' AND claimed_until < now()"
    ),
    TaskName.WAKE_SNOOZED: "FROM chat_conversations WHERE status = 'snoozed' AND snoozed_until <= now()",
    TaskName.REMIND: "FROM reminders WHERE due_at <= now() AND told_at IS NULL AND done_at IS NULL",
    TaskName.SEND_SCHEDULED: (
        "FROM scheduled_messages WHERE state = 'scheduled' AND send_at <= now() "
        "UNION ALL SELECT FROM scheduled_messages s JOIN chat_conversations c ON c.id = s.conversation_id "
        "WHERE s.state = 'scheduled' AND s.cancel_if_customer_writes AND c.last_counted_seq > s.heard_seq"
    ),
    TaskName.SWEEP_BULK: "FROM bulk_jobs WHERE finished_at IS NULL AND touched_at < now() - interval '15 s'",
    TaskName.END_AVAILABILITY: "FROM workspace_members WHERE available_again_at <= now()",
    TaskName.SWEEP_INVITATIONS: "FROM invitations WHERE mail_due_at <= now()",
    TaskName.FILL_WORDS: (
        "FROM chat_messages WHERE search IS NULL UNION ALL SELECT FROM notes WHERE search IS NULL"
    ),
    TaskName.SWEEP_ASSIGNING: RULES_THAT_OWE,
}
SWEEPS = frozenset(_DUE)


def due(session: AnySession, sweeps: Collection[TaskName]) -> set[TaskName]:
    """Which of these sweeps would find something."""
    asked = sorted(sweeps)
    found = session.execute(_question(tuple(asked))).one()
    return {sweep for sweep, is_due in zip(asked, found, strict=True) if is_due}


@lru_cache(maxsize=64)
def _question(sweeps: tuple[TaskName, ...]) -> TextClause:
    return text("SELECT " + ", ".join(f"EXISTS (SELECT {_DUE[sweep]})" for sweep in sweeps))

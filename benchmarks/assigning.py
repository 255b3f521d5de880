"""A team's queue given out by a rule: everybody is there, and everybody who waits finds somebody."""

import time
from uuid import UUID

from sqlalchemy import text

from benchmarks.estate import OWNER
from benchmarks.figures import Figure
from benchmarks.sizes import Sizes
from benchmarks.stack import Stack
from benchmarks.webhooks import NUMBER
from livechat.assigning.assign_waiting import assign_waiting
from livechat.core.extensions import db
from livechat.presence.availability import Presence
from livechat.presence.tell import now_ms
from livechat.presence.whereabouts import Word, say

TARGET_S = 10.0
_FILL = (
    """
    INSERT INTO workspace_members (workspace_id, user_id, role)
    SELECT workspace_id, CAST(u.id AS uuid), 'agent'
    FROM waba_accounts, unnest(CAST(:users AS text[])) AS u (id)
    """,
    """
    INSERT INTO chat_conversations (id, user_id, phone_number_id, customer_phone, last_message_time,
                                    waiting_since)
    SELECT gen_random_uuid(), CAST(:owner AS uuid), :number, CAST(910000000000 + n AS text), now(),
        now() - n * interval '1 second'
    FROM generate_series(1, :waiting) n
    """,
    """
    INSERT INTO assignment_rules (id, workspace_id, phone_number_id, mode, limit_per_agent, need_presence,
                                  reopen, max_bounces, changed_by)
    SELECT gen_random_uuid(), workspace_id, :number, 'round_robin', 20, true, 'team', 3, user_id
    FROM waba_accounts
    """,
)
_SPREAD = """
    SELECT max(held), min(held), sum(held) FROM (
        SELECT count(c.id) AS held FROM workspace_members m
        LEFT JOIN chat_conversations c ON c.assignee_id = m.user_id
        WHERE m.role = 'agent' GROUP BY m.user_id
    ) each
"""


def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    """One drain, as the task runs it, with a line, an event and a notification for each conversation."""
    stack.clear()
    users = [UUID(int=OWNER.int + n) for n in range(1, sizes.agents + 1)]
    for statement in _FILL:
        values = {
            "users": [str(each) for each in users],
            "owner": str(OWNER),
            "number": NUMBER,
            "waiting": sizes.queue,
        }
        named = {name: value for name, value in values.items() if f":{name}" in statement}
        db.session.execute(text(statement), named)
    db.session.commit()
    for user in users:
        say(stack.redis, Word(user, "desk", Presence.ACTIVE), now_ms())
    workspace = stack.scalar("SELECT workspace_id FROM waba_accounts")
    began = time.perf_counter()
    given = assign_waiting(db.session, stack.redis, workspace)
    took = time.perf_counter() - began
    most, least, total = db.session.execute(text(_SPREAD)).one()
    db.session.remove()
    if given != sizes.queue or total != sizes.queue:
        raise RuntimeError(f"{given} were given, {total} have somebody, of {sizes.queue}")
    return [
        Figure(
            f"{sizes.queue:,} who wait given to {sizes.agents:,} who are there",
            f"{took:.1f} s; each has {least} to {most}",
            target=f"<= {TARGET_S:.0f} s, alike",
            reached=took <= TARGET_S and most - least <= 1,
        )
    ]

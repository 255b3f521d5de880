"""A team of 500 over 20 numbers, and the lists that its members look at."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from benchmarks.estate import OWNER
from benchmarks.webhooks import NUMBER
from livechat.core.extensions import db

MEMBERS, TEAMS, NUMBERS = 500, 20, 20
# Of what is older one in so many is open.
OPEN_IN = 50
# {name: the query}, of all numbers together; even the small table has a full page of each.
LISTS = {
    "open": {"status": "open"},
    "mine": {"scope": "mine", "status": "open"},
    "unassigned": {"scope": "unassigned", "status": "open"},
    "a team's": {"scope": "team:{team}"},
    "followed": {"scope": "watching"},
    "waiting longest": {"status": "open", "waiting": "true", "sort": "waiting"},
    "closing next": {"status": "open", "window": "closing", "sort": "closing"},
}
PAGE = 20
COUNTS = "GET /conversations/counts"


def list_name(name: str) -> str:
    """The figure's name of one of the lists."""
    return f"GET /conversations, {name}, {NUMBERS} numbers"


NAMES = (*map(list_name, LISTS), COUNTS)


def user(serial: int) -> UUID:
    """One of the members."""
    return UUID(int=OWNER.int + serial)


def team(serial: int) -> UUID:
    """One of the teams."""
    return UUID(int=OWNER.int + 10_000 + serial)


def spread(open_in: int = OPEN_IN) -> None:
    """Give half of the conversations to the other numbers, and all of them to a team at work.

    Of the thousand that were last written to a third is open, of the rest one in ``open_in``. Two in three
    are somebody's; in four of ten open ones an answer is owed. Two members have the newest, and some of all.
    """
    values: dict[str, Any] = {
        "owner": str(OWNER),
        "number": NUMBER,
        "members": MEMBERS,
        "teams": TEAMS,
        "numbers": NUMBERS,
        "open_in": open_in,
    }
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in (_PEOPLE, _SOME_TEAMS, _IN_TEAMS, _NUMBERS, _AT_WORK, _FOLLOWED):
            connection.execute(text(statement), values)
        connection.execute(text("VACUUM ANALYZE"))
    db.session.remove()


def asked(count: int) -> dict[str, list[tuple[UUID, str, dict[str, str]]]]:
    """{figure: (who asks, path, query) so many times}"""
    return {name: [(user(1 + n % 2), *_asked(name)) for n in range(count)] for name in NAMES}


def _asked(name: str) -> tuple[str, dict[str, str]]:
    if name == COUNTS:
        return "/conversations/counts", {}
    query = next(each for listed, each in LISTS.items() if list_name(listed) == name)
    filled = {key: value.format(team=team(1)) for key, value in query.items()}
    return "/conversations", {**filled, "limit": str(PAGE)}


# Ids are made by counting up from the owner's, as ``user`` and ``team`` do.
_ID = "(left(:owner, 24) || lpad(to_hex(('x' || right(:owner, 12))::bit(48)::bigint + {}), 12, '0'))::uuid"
_PEOPLE = f"""
    INSERT INTO workspace_members (workspace_id, user_id, role, name)
    SELECT w.id, {_ID.format("n")}, 'agent', 'Member ' || n
    FROM workspaces w CROSS JOIN generate_series(1, :members) AS n
"""
_SOME_TEAMS = f"""
    INSERT INTO teams (id, workspace_id, name)
    SELECT {_ID.format("10000 + n")}, w.id, 'Team ' || n
    FROM workspaces w CROSS JOIN generate_series(1, :teams) AS n
"""
_IN_TEAMS = f"""
    INSERT INTO team_members (team_id, user_id, workspace_id)
    SELECT {_ID.format("10000 + 1 + n % :teams")}, {_ID.format("n")}, w.id
    FROM workspaces w CROSS JOIN generate_series(1, :members) AS n
"""
_NUMBERS = """
    INSERT INTO phone_numbers (phone_number_id, account_id, display_phone_number, display_digits, status)
    SELECT p.phone_number_id || n, p.account_id, '9100' || n, '9100' || n, 'connected'
    FROM phone_numbers p CROSS JOIN generate_series(1, :numbers - 1) AS n
    WHERE p.phone_number_id = :number
"""
_AT_WORK = f"""
    UPDATE chat_conversations c SET
        phone_number_id = CASE WHEN n / 7 % 2 = 0 THEN :number ELSE :number || (1 + n % (:numbers - 1)) END,
        status = CASE WHEN is_open THEN 'open' ELSE 'resolved' END,
        assignee_id = CASE
            WHEN n / 3 % 3 = 0 THEN NULL
            WHEN is_theirs THEN {_ID.format("1 + n % 2")}
            ELSE {_ID.format("3 + n % (:members - 2)")} END,
        team_id = CASE
            WHEN n % 4 = 0 THEN NULL
            WHEN is_theirs THEN {_ID.format("10001")}
            ELSE {_ID.format("10002 + n % (:teams - 1)")} END,
        waiting_since = CASE WHEN is_open AND n / 5 % 5 < 2 THEN c.last_message_time END,
        last_inbound_at = CASE WHEN n < 1000 AND n / 2 % 3 = 0
            THEN now() - interval '22 hours 30 minutes' - n * interval '1 second' ELSE c.last_inbound_at END,
        last_counted_seq = 1, counted_total = 1
    FROM (
        SELECT id, n, CASE WHEN n < 1000 THEN n % 3 = 0 OR n % 50 = 0 ELSE n % :open_in = 0 END AS is_open,
               n <= 200 OR n % 100 = 1 AS is_theirs
        FROM (SELECT id, row_number() OVER (ORDER BY last_message_time DESC) AS n
              FROM chat_conversations) AS numbered
    ) AS known
    WHERE known.id = c.id
"""
_FOLLOWED = f"""
    INSERT INTO conversation_watchers (conversation_id, user_id)
    SELECT id, {_ID.format("1 + k")}
    FROM (SELECT id FROM chat_conversations ORDER BY last_message_time DESC LIMIT 30) AS newest
        CROSS JOIN generate_series(0, 1) AS k
"""

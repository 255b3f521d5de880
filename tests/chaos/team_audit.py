"""What the team has left behind, against what may be: the ten checks of a shared inbox."""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

from tests.chaos.audit import Audit
from tests.chaos.load import Api
from tests.chaos.running import Running
from tests.chaos.team import Person, TeamLoad
from tests.conftest import wait_until

CAP = 1000
FIELDS = ("assignee", "team", "status")
UNDONE = 100
SNOOZE_S = 90.0


def audit_team(running: Running, team: TeamLoad, result: Audit) -> None:
    """Compare everything. The product must be healed and quiet. What is undone here changes conversations."""
    wait_until(lambda: not _sleeping(running), SNOOZE_S)
    _histories(running, result)
    _assignees(running, result)
    for person in team.people:
        _lists(team.workspace_id, person, result)
        _unread(running, person, result)
    _server(running, result)
    _episodes(running, result)
    _conflicts(running, team, result)
    _undo(running, team.owner, result)
    wait_until(lambda: not _sleeping(running), SNOOZE_S)
    _histories(running, result)
    result.counts["members"] = len(team.people)
    result.counts["removed and invited again"] = team.removals
    for act, times in sorted(team.acts.items()):
        result.counts[f"act: {act}"] = times


def _sleeping(running: Running) -> int:
    """How many conversations wait for a time to come: while they do, lists change by themselves."""
    return int(
        running.rows("SELECT count(*) AS n FROM chat_conversations WHERE snoozed_until IS NOT NULL")[0]["n"]
    )


def _states(running: Running) -> dict[str, dict[str, Any]]:
    """{conversation: its assignee, team, status and labels}"""
    rows = running.rows(
        """
        SELECT c.id::text, c.assignee_id::text AS assignee, c.team_id::text AS team, c.status,
               c.snoozed_until, c.snooze_kind,
               COALESCE((SELECT array_agg(l.label_id::text) FROM conversation_labels l
                         WHERE l.conversation_id = c.id), '{}') AS labels
        FROM chat_conversations c
        """
    )
    return {row.pop("id"): _state(row) for row in rows}


def _state(row: dict[str, Any]) -> dict[str, Any]:
    until, kind = row.pop("snoozed_until"), row.pop("snooze_kind")
    return row | {"labels": set(row["labels"]), "snooze": kind and (until, kind)}


def _snooze(value: Any) -> tuple[datetime | None, str] | None:
    if value is None or value["snooze_kind"] is None:
        return None
    until = value["snoozed_until"]
    return until and datetime.fromisoformat(until), value["snooze_kind"]


def _histories(running: Running, result: Audit) -> None:
    """(1) What was written down, read to its end, gives each present state."""
    told: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"assignee": None, "team": None, "status": "open", "labels": set(), "snooze": None}
    )
    changes = running.rows(
        "SELECT conversation_id::text AS id, field, from_value, to_value FROM conversation_changes ORDER BY at, id"
    )
    for change in changes:
        state = told[change["id"]]
        if change["field"] == "label":
            state["labels"] -= _labels(change["from_value"])
            state["labels"] |= _labels(change["to_value"])
        elif change["field"] == "snooze":
            state["snooze"] = _snooze(change["to_value"])
        elif change["field"] in FIELDS:
            state[change["field"]] = change["to_value"]
    for id_, state in _states(running).items():
        if told[id_] != state:
            result.breaks("history", f"conversation {id_}: told {told[id_]}, is {state}")
    result.counts["changes written down"] = len(changes)


def _labels(value: Any) -> set[str]:
    if value is None:
        return set()
    return set(value) if isinstance(value, list) else {value}


def _assignees(running: Running, result: Audit) -> None:
    """(2) Nobody has a conversation who may not answer it or may not see it."""
    rows = running.rows(
        """
        SELECT c.id::text, c.assignee_id::text, m.state, m.role
        FROM chat_conversations c
        JOIN phone_numbers n USING (phone_number_id)
        JOIN waba_accounts a ON a.id = n.account_id
        LEFT JOIN workspace_members m ON m.workspace_id = a.workspace_id AND m.user_id = c.assignee_id
        WHERE c.assignee_id IS NOT NULL AND c.status <> 'resolved'
            AND (m.user_id IS NULL OR m.state <> 'active' OR m.role = 'viewer')
        """
    )
    for row in rows:
        result.breaks("assignee without right", f"{row}")


def _listed(api: Api, query: str) -> list[Any]:
    """Every conversation of a list, page by page."""
    found, cursor = [], ""
    while True:
        page = api.get(f"/conversations?limit=200&{query}{cursor}", lambda: False)
        found += page["conversations"]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def _lists(workspace_id: str, person: Person, result: Audit) -> None:
    """(3) The numbers on the tabs are the lengths of the lists behind them."""
    query = f"workspace_id={workspace_id}&status=open"
    counts = person.api.get(f"/conversations/counts?workspace_id={workspace_id}", lambda: False)
    lengths = {
        "all": len(_listed(person.api, query)),
        "mine": len(_listed(person.api, f"{query}&scope=mine")),
        "unassigned": len(_listed(person.api, f"{query}&scope=unassigned")),
        "waiting": len(_listed(person.api, f"{query}&waiting=true")),
        "mine_unread": len(_listed(person.api, f"{query}&scope=mine&unread=mine")),
    }
    for name, length in lengths.items():
        if counts[name] != min(length, CAP):
            result.breaks("counts", f"{person.user_id}: {name} says {counts[name]}, {length} are listed")


def _unread(running: Running, person: Person, result: Audit) -> None:
    """(4) A member's unread number is that of the counted messages after their own pointer."""
    rows = running.rows(
        """
        SELECT c.id::text, c.counted_total,
               (SELECT count(*) FROM chat_messages m
                WHERE m.conversation_id = c.id AND m.counts_unread) AS counted,
               (SELECT count(*) FROM chat_messages m
                WHERE m.conversation_id = c.id AND m.counts_unread
                    AND m.seq > COALESCE(r.read_seq, w.read_floor_seq)) AS unread
        FROM chat_conversations c
        JOIN phone_numbers n USING (phone_number_id)
        JOIN waba_accounts a ON a.id = n.account_id
        JOIN workspace_members w ON w.workspace_id = a.workspace_id AND w.user_id = %s
        LEFT JOIN conversation_reads r ON r.conversation_id = c.id AND r.user_id = w.user_id
        """,
        person.user_id,
    )
    by_id = {row["id"]: row for row in rows}
    for shown in _listed(person.api, ""):
        row = by_id[shown["id"]]
        # Where they have never read, counting stops at a hundred.
        if min(shown["my_unread_count"], 100) != min(row["unread"], 100):
            result.breaks(
                "own unread",
                f"{person.user_id} in {shown['id']}: {shown['my_unread_count']} is {row['unread']}",
            )
    for row in rows:
        if row["counted_total"] != row["counted"]:
            result.breaks("drift", f"conversation {row['id']}: {row['counted_total']} is {row['counted']}")


def _server(running: Running, result: Audit) -> None:
    """(7) PostgreSQL has never had to break a deadlock."""
    [row] = running.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = 'livechat'")
    if row["deadlocks"]:
        result.breaks("deadlocks", f"PostgreSQL broke {row['deadlocks']}")


def _episodes(running: Running, result: Audit) -> None:
    """(8) A conversation has at most one open episode, and one that is open or snoozed has it."""
    rows = running.rows(
        """
        SELECT c.id::text, c.status, count(e.id) FILTER (WHERE e.resolved_at IS NULL) AS open
        FROM chat_conversations c LEFT JOIN episodes e ON e.conversation_id = c.id GROUP BY c.id
        """
    )
    for row in rows:
        if row["open"] > 1 or (row["status"] == "resolved" and row["open"]):
            result.breaks("episodes", f"conversation {row['id']} is {row['status']} with {row['open']} open")
    result.counts["episodes"] = sum(row["n"] for row in running.rows("SELECT count(*) AS n FROM episodes"))


def _conflicts(running: Running, team: TeamLoad, result: Audit) -> None:
    """(9) Every 409 named a change that was written down, or a message that had come."""
    rows = running.rows(
        "SELECT conversation_id::text AS id, actor_id::text AS actor, at FROM conversation_changes"
    )
    made = {(row["id"], row["at"]): row["actor"] for row in rows}
    for conflict in team.conflicts:
        at = datetime.fromisoformat(conflict.changed_at) if conflict.changed_at else None
        known = {key: actor for key, actor in made.items() if key[0] == conflict.conversation_id}
        is_change = any(
            at is not None and abs((moment - at).total_seconds()) < 0.001 and actor == conflict.changed_by
            for (_, moment), actor in known.items()
        )
        if not is_change and not conflict.is_by_message:
            result.breaks("conflicts", f"{conflict} names no change")
    result.counts["conflicts"] = len(team.conflicts)


def _undo(running: Running, owner: Api, result: Audit) -> None:
    """(10) Undoing the last operations restores what nobody has touched since, and names the rest."""
    rows = running.rows(
        """
        SELECT operation_id::text AS id, max(at) AS at FROM conversation_changes
        WHERE cause = 'user' AND at > now() - interval '9 minutes' GROUP BY 1 ORDER BY 2 DESC LIMIT %s
        """,
        UNDONE,
    )
    outcome: Counter[str] = Counter()
    for row in rows:
        changes = running.rows(
            "SELECT conversation_id::text AS id, at, field, from_value, to_value FROM conversation_changes "
            "WHERE operation_id = %s",
            row["id"],
        )
        before = _states(running)
        status, answer = owner.ask("POST", "/undo", json={"operation_id": row["id"]})
        if status != 200:
            result.breaks("undo", f"operation {row['id']} answered {status}: {answer}")
            continue
        after = _states(running)
        undone = set(answer["undone"])
        skipped = {each["conversation_id"]: each["reason"] for each in answer["skipped"]}
        for id_ in {change["id"] for change in changes}:
            own = [change for change in changes if change["id"] == id_]
            outcome["undone" if id_ in undone else "skipped"] += 1
            if id_ in undone:
                restored = all(_is(after[id_], change["field"], change["from_value"]) for change in own)
                if not restored:
                    result.breaks("undo", f"{id_} of {row['id']} is not restored: {answer}")
                continue
            untouched = all(_is(before[id_], change["field"], change["to_value"]) for change in own)
            if id_ not in skipped:
                result.breaks("undo", f"{id_} of {row['id']} is not named: {answer}")
            elif before[id_] != after[id_]:
                result.breaks("undo", f"{id_} of {row['id']} was skipped, and changed")
            elif untouched and skipped[id_] == "changed" and not _may_stay(running, id_, own):
                result.breaks("undo", f"{id_} was untouched since {row['id']}, and is not restored: {answer}")
    result.counts["operations undone"] = outcome["undone"]
    result.counts["operations skipped"] = outcome["skipped"]


def _may_stay(running: Running, conversation_id: str, changes: list[dict[str, Any]]) -> bool:
    """Whether what looks untouched has a reason to stay: the customer wrote, or a label's place is taken."""
    [row] = running.rows(
        "SELECT count(*) AS n FROM chat_messages WHERE conversation_id = %s AND counts_unread "
        "AND created_at >= %s",
        conversation_id,
        min(change["at"] for change in changes),
    )
    return bool(row["n"]) or any(change["field"] == "label" for change in changes)


def _is(state: dict[str, Any], name: str, value: Any) -> bool:
    if name == "label":
        return _labels(value) <= state["labels"]
    if name == "snooze":
        return bool(state["snooze"] == _snooze(value))
    if name in FIELDS:
        return bool(state[name] == value)
    return True

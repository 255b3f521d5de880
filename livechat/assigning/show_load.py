"""How full those are who may be given conversations, and how many wait to be given to somebody."""

from collections.abc import Sequence
from typing import Any

from livechat.accounts.queries.visible import views_of_member
from livechat.assigning.queries.pool_rows import accounts_by_number, holdings, who_may_answer
from livechat.assigning.queries.rule_rows import rules_in
from livechat.assigning.queries.waiting_rows import waiting_by_place
from livechat.core.session import AnySession
from livechat.domain.team.assignment import Place
from livechat.models import WorkspaceMember

# As far as is counted.
MOST = 1000


def load_json(session: AnySession, by: WorkspaceMember) -> dict[str, Any]:
    """As a rule would find them now; what waits, of the numbers that ``by`` sees."""
    users = [each.user_id for each in who_may_answer(session, by.workspace_id)]
    held = holdings(session, by.workspace_id, list(accounts_by_number(session, by.workspace_id)), users)
    seen = _seen_numbers(session, by)
    waiting = waiting_by_place(session, seen, MOST)
    rules = rules_in(session, by.workspace_id)
    return {
        "rules_set": [f"number:{number}" for number in sorted(rules.of_numbers) if number in seen]
        + [f"team:{team}" for team in sorted(rules.of_teams)],
        "members": [{"user_id": str(user), "open_count": held[user].open_count} for user in users],
        "waiting": [_waiting(place, count) for place, count in waiting.items()],
    }


def _seen_numbers(session: AnySession, by: WorkspaceMember) -> Sequence[str]:
    views = views_of_member(session, by.user_id)
    return [
        number for view in views if view.member.workspace_id == by.workspace_id for number in view.numbers
    ]


def _waiting(place: Place, count: int) -> dict[str, Any]:
    number, team_id = place
    return {
        "phone_number_id": number,
        "team_id": str(team_id) if team_id is not None else None,
        "count": count,
    }

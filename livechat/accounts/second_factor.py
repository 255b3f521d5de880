"""A workspace may ask for a second factor: its members' tokens must then be of Supabase's level aal2.

It is asked before every route, so that none can forget it. A token without a second factor shows nothing of
such a workspace: what is asked for by its id is refused (``access.require``), and lists leave it out
(``queries.visible``). Other workspaces go on. Who has no other is refused everywhere; only finding out that
it is so, and joining, go without.

Routes of which each statement tells it by itself (``tells_factor=True``) are not asked before, but after: of
what they answer without having been told, nothing leaves before it is asked.
"""

from collections.abc import Set
from uuid import UUID

from flask import Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError

from livechat.accounts.queries.membership import workspaces_by_factor
from livechat.core.errors import AppError, MfaRequiredError, UnavailableError
from livechat.core.extensions import db
from livechat.web.context import API_PREFIX
from livechat.web.guards.auth import caller, current_user_id, known_user_id
from livechat.web.guards.costs import needed_permission
from livechat.web.guards.withheld import is_owed, owe, withheld_workspaces, withhold
from livechat.web.problems import RETRY_AFTER_S, problem_response

_WITHOUT = frozenset(
    {f"{API_PREFIX}/workspaces", f"{API_PREFIX}/invitations/peek", f"{API_PREFIX}/invitations/accept"}
)


def init_second_factor(app: Flask) -> None:
    """Ask before every route that needs a token; goes after ``init_auth`` and ``init_limits``."""
    app.before_request(_ask)
    app.after_request(_ask_what_is_owed)


def _ask() -> None:
    rule = request.url_rule
    if rule is None or rule.rule in _WITHOUT or needed_permission() is None:
        return
    if caller().has_second_factor:
        return
    if getattr(rule, "tells_factor", False):
        owe(_asking)
    else:
        withhold(_asking())


def _asking() -> Set[UUID]:
    """The caller's workspaces that ask for it; MfaRequiredError where they have no other."""
    asking, others = workspaces_by_factor(db.session, current_user_id())
    if asking and not others:
        raise MfaRequiredError("Your workspace asks for a second factor: sign in with it.")
    return asking


def _ask_what_is_owed(response: Response) -> Response:
    if known_user_id() is None or not is_owed():
        return response
    try:
        withheld_workspaces()
    except AppError as error:
        return problem_response(error)
    except SQLAlchemyError:
        return problem_response(UnavailableError(retry_after_s=RETRY_AFTER_S))
    return response

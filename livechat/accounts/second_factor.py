"""A workspace may ask for a second factor: its members' tokens must then be of Supabase's level aal2.

It is asked before every route, so that none can forget it. A token without a second factor shows nothing of
such a workspace: what is asked for by its id is refused (``access.require``), and lists leave it out
(``queries.visible``). Other workspaces go on. Who has no other is refused everywhere; only finding out that
it is so, and joining, go without.
"""

from flask import Flask, request

from livechat.accounts.queries.membership import workspaces_by_factor
from livechat.core.errors import MfaRequiredError
from livechat.core.extensions import db
from livechat.web.context import API_PREFIX
from livechat.web.guards.auth import caller, current_user_id
from livechat.web.guards.costs import needed_permission
from livechat.web.guards.withheld import withhold

_WITHOUT = frozenset(
    {f"{API_PREFIX}/workspaces", f"{API_PREFIX}/invitations/peek", f"{API_PREFIX}/invitations/accept"}
)


def init_second_factor(app: Flask) -> None:
    """Ask before every route that needs a token; goes after ``init_auth`` and ``init_limits``."""
    app.before_request(_ask)


def _ask() -> None:
    rule = request.url_rule
    if rule is None or rule.rule in _WITHOUT or needed_permission() is None:
        return
    if caller().has_second_factor:
        return
    asking, others = workspaces_by_factor(db.session, current_user_id())
    if asking and not others:
        raise MfaRequiredError("Your workspace asks for a second factor: sign in with it.")
    withhold(asking)

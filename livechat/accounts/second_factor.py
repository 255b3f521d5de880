"""A workspace may ask for a second factor: its members' tokens must then be of Supabase's level aal2.

It is asked before every route, so that none can forget it: whoever belongs to one such workspace signs in by
two factors, whatever they do here. Only finding out that it is so, and joining, go without.
"""

from flask import Flask, request

from livechat.accounts.queries.membership import is_asked_for_second_factor
from livechat.core.errors import MfaRequiredError
from livechat.core.extensions import db
from livechat.web.context import API_PREFIX
from livechat.web.guards.auth import caller, current_user_id
from livechat.web.guards.costs import needed_permission

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
    if not caller().has_second_factor and is_asked_for_second_factor(db.session, current_user_id()):
        raise MfaRequiredError("Your workspace asks for a second factor: sign in with it.")

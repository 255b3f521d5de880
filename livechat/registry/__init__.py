"""Puts the web application together: lists every blueprint and installs the guards before them."""

from flask import Blueprint, Flask

from livechat.accounts.second_factor import init_second_factor
from livechat.assigning import api as assigning
from livechat.bulk import api as bulk
from livechat.canned import api as canned
from livechat.conversations.api import customer_routes, inbox_routes, thread_routes
from livechat.core.config import Settings
from livechat.files import api as files
from livechat.handling import api as handling
from livechat.inbound import api as inbound
from livechat.inbox import api as inbox
from livechat.labels import api as labels
from livechat.macros import api as macros
from livechat.notes import api as notes
from livechat.notifications import api as notifications
from livechat.numbers import api as numbers
from livechat.operations.api import activity_routes, webhook_routes
from livechat.outbound.api import resend_routes, send_routes, typing_routes
from livechat.people import api as people
from livechat.presence import api as presence
from livechat.registry import documents, health, page
from livechat.reminders import api as reminders
from livechat.scheduled import api as scheduled
from livechat.search import api as search
from livechat.stream import api as stream
from livechat.team.api import invitation_routes, member_routes, team_routes, workspace_routes
from livechat.templates import api as templates
from livechat.timeline import api as timeline
from livechat.views import api as views
from livechat.watching import api as watching
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import init_auth
from livechat.web.guards.costs import DeclaredRule
from livechat.web.guards.headers import init_headers
from livechat.web.guards.host_names import init_hosts
from livechat.web.guards.limits import init_limits
from livechat.web.guards.request_log import init_request_log
from livechat.web.problems import init_problems

# These are in the OpenAPI document, under /api/live-chat.
API_BLUEPRINTS: list[ApiBlueprint] = [
    numbers.bp,
    inbox_routes.bp,
    thread_routes.bp,
    timeline.bp,
    send_routes.bp,
    resend_routes.bp,
    scheduled.bp,
    files.bp,
    customer_routes.bp,
    people.bp,
    handling.bp,
    typing_routes.bp,
    inbox.bp,
    bulk.bp,
    labels.bp,
    canned.bp,
    macros.bp,
    views.bp,
    watching.bp,
    notes.bp,
    search.bp,
    notifications.bp,
    reminders.bp,
    templates.bp,
    stream.bp,
    activity_routes.bp,
    webhook_routes.bp,
    workspace_routes.bp,
    member_routes.bp,
    team_routes.bp,
    invitation_routes.bp,
    assigning.bp,
    presence.bp,
]
# All others. A rule that needs no token must be in ``auth.PUBLIC_RULES`` too.
PLAIN_BLUEPRINTS: list[Blueprint] = [documents.bp, inbound.bp, health.bp, page.bp]


def init_api(app: Flask, settings: Settings) -> None:
    """Register routes, guards and problems. The extensions (db, redis) must be bound already.

    Raises DeclarationError if a route does not say what it costs and needs.
    """
    app.url_rule_class = DeclaredRule
    # A request passes the guards in this order.
    init_request_log(app)
    init_headers(app)
    init_hosts(app)
    init_auth(app, settings)
    init_limits(app, settings)
    init_second_factor(app)
    stream.init_events(app, settings)
    api = documents.new_api(app)
    for blueprint in API_BLUEPRINTS:
        api.register_blueprint(blueprint)
    for plain in PLAIN_BLUEPRINTS:
        app.register_blueprint(plain)
    page.init_page(app)
    inbound.init_webhook(app)
    init_problems(app)

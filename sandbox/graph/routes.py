"""The routes of Graph. As with Meta, a bare id may be a number, an account, a file, a template or a group."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request

from sandbox.errors import GraphError, unknown_object, unknown_path, unsupported
from sandbox.graph import accounts, business, calls, groups, media, messages, templates, uploads
from sandbox.graph.gateway import Call, Handler, can_see, json_body, serve
from sandbox.model import Group, Json
from sandbox.running import sandbox

bp = Blueprint("graph", __name__)
EDGE = "/<graph_version:version>/<string:node>"


@bp.post(f"{EDGE}/messages")
def post_message(version: str, node: str) -> Response:
    try:
        is_read = "status" in json_body()
    except GraphError:
        is_read = False
    if is_read:
        return serve(version, "read", messages.mark_read, node)
    return serve(version, "messages", messages.send, node)


@bp.post(f"{EDGE}/media")
def post_media(version: str, node: str) -> Response:
    return serve(version, "media_upload", media.upload, node)


@bp.get("/whatsapp_business/attachments/")
def get_attachment() -> Response:
    return media.download()


@bp.get(f"{EDGE}/phone_numbers")
def get_numbers(version: str, node: str) -> Response:
    return serve(version, "phone_numbers", _of_waba(node, lambda call: accounts.numbers_of(node)))


@bp.route(f"{EDGE}/subscribed_apps", methods=["GET", "POST", "DELETE"])
def subscribed_apps(version: str, node: str) -> Response:
    handlers: dict[str, Handler] = {
        "POST": lambda call: accounts.subscribe(call, node),
        "GET": lambda call: accounts.subscriptions_of(node),
        "DELETE": lambda call: accounts.unsubscribe(node),
    }
    return serve(version, "subscribed_apps", _of_waba(node, handlers[request.method]))


@bp.route(f"{EDGE}/message_templates", methods=["GET", "POST", "DELETE"])
def message_templates(version: str, node: str) -> Response:
    handlers: dict[str, Handler] = {
        "GET": lambda call: templates.listed(call, node),
        "POST": lambda call: templates.create(call, node),
        "DELETE": lambda call: templates.delete(call, node),
    }
    return serve(version, "templates", _of_waba(node, handlers[request.method]))


@bp.post(f"{EDGE}/register")
def register(version: str, node: str) -> Response:
    return serve(version, "register", accounts.register, node)


@bp.post(f"{EDGE}/deregister")
def deregister(version: str, node: str) -> Response:
    return serve(version, "register", accounts.deregister, node)


@bp.route(f"{EDGE}/block_users", methods=["GET", "POST", "DELETE"])
def block_users(version: str, node: str) -> Response:
    if request.method == "GET":
        return serve(version, "block_users", accounts.blocked_users, node)
    block = request.method == "POST"
    return serve(version, "block_users", lambda call: accounts.block_users(call, block=block), node)


@bp.delete(f"{EDGE}/contact_book")
def contact_book(version: str, node: str) -> Response:
    return serve(version, "contact_book", accounts.forget_contact, node)


@bp.post(f"{EDGE}/smb_app_data")
def smb_app_data(version: str, node: str) -> Response:
    return serve(version, "smb_app_data", accounts.sync_app_data, node)


@bp.route(f"{EDGE}/whatsapp_business_profile", methods=["GET", "POST"])
def business_profile(version: str, node: str) -> Response:
    handler = business.profile if request.method == "GET" else business.change_profile
    return serve(version, "business_profile", handler, node)


@bp.route(f"{EDGE}/settings", methods=["GET", "POST"])
def number_settings(version: str, node: str) -> Response:
    handler = business.settings if request.method == "GET" else business.change_settings
    return serve(version, "settings", handler, node)


@bp.post(f"{EDGE}/thread_control")
def thread_control(version: str, node: str) -> Response:
    return serve(version, "thread_control", business.thread_control, node)


@bp.get(f"{EDGE}/call_permissions")
def call_permissions(version: str, node: str) -> Response:
    return serve(version, "call_permissions", calls.permissions, node)


@bp.post(f"{EDGE}/calls")
def post_call(version: str, node: str) -> Response:
    return serve(version, "calls", calls.act, node)


@bp.route(f"{EDGE}/groups", methods=["GET", "POST"])
def number_groups(version: str, node: str) -> Response:
    return serve(version, "groups", groups.listed if request.method == "GET" else groups.create, node)


@bp.route(f"{EDGE}/<any(invite_link, participants, join_requests):edge>", methods=["GET", "POST", "DELETE"])
def group_edges(version: str, node: str, edge: str) -> Response:
    edges: dict[tuple[str, str], Callable[[Call, Group], Json]] = {
        ("invite_link", "GET"): groups.invite_link,
        ("invite_link", "POST"): groups.invite_link,
        ("participants", "DELETE"): groups.remove_participants,
        **{("join_requests", method): groups.join_requests for method in ("GET", "POST", "DELETE")},
    }

    def handle(call: Call) -> Json:
        found = edges.get((edge, request.method))
        if found is None:
            raise unsupported(request.method)
        return found(call, groups.find(call, node))

    return serve(version, "groups", handle)


@bp.post(f"{EDGE}/uploads")
def begin_upload(version: str, node: str) -> Response:
    def handle(call: Call) -> Json:
        if node not in {"app", accounts.APP_ID}:
            raise unknown_object(node, request.method)
        return uploads.begin(call)

    return serve(version, "uploads", handle)


@bp.route("/<graph_version:version>/<upload_node:node>", methods=["GET", "POST"])
def upload(version: str, node: str) -> Response:
    is_look = request.method == "GET"
    return serve(
        version,
        "uploads",
        lambda call: uploads.state(node) if is_look else uploads.take(node),
        has_bytes=True,
    )


@bp.route(EDGE, methods=["GET", "POST", "DELETE"])
def node(version: str, node: str) -> Response:
    endpoint, number = _kind_of(node)
    return serve(version, endpoint, lambda call: _on_node(call, node), number)


@bp.route("/<graph_version:version>/<path:path>", methods=["GET", "POST", "DELETE"])
def unknown(version: str, path: str) -> Response:
    def refuse(call: Call) -> Json:
        first, _, rest = path.partition("/")
        world = sandbox().world
        if rest and (first in world.numbers or first in world.waba_ids() or first in world.groups):
            raise unknown_path(f"/{rest}")
        raise unknown_object(first, request.method)

    return serve(version, "unknown", refuse)


def _of_waba(waba_id: str, handler: Handler) -> Handler:
    def checked(call: Call) -> Json:
        accounts.require_waba(call, waba_id)
        return handler(call)

    return checked


def _kind_of(node: str) -> tuple[str, str | None]:
    world = sandbox().world
    if node in world.media:
        return "media", world.media[node].phone_number_id
    if node in world.templates:
        return "templates", None
    if node in world.waba_ids():
        return "waba", None
    if node in world.groups:
        return "groups", None
    return "phone_number", node


def _on_node(call: Call, node: str) -> Json:
    world = sandbox().world
    method = request.method
    if node in world.groups:
        group = groups.find(call, node)
        if method == "DELETE":
            return groups.delete(group)
        return groups.node(call, group) if method == "GET" else groups.change(call, group)
    if node in world.media and method in {"GET", "DELETE"}:
        return (media.look_up if method == "GET" else media.delete)(call, media.find(call, node))
    template = world.templates.get(node)
    if template is not None and can_see(call, template.waba_id) and method in {"GET", "POST"}:
        return templates.as_node(template) if method == "GET" else templates.edit(call, template)
    if node in world.waba_ids() and method == "GET":
        accounts.require_waba(call, node)
        return accounts.waba_node(node)
    call.phone_number_id = node
    if method == "GET":
        return accounts.number_node(call)
    if method == "POST":
        return accounts.change_number(call)
    raise unknown_object(node, method)

"""Groups of the business: list, details, invitation, participants."""

from __future__ import annotations

import base64
import time

from flask import request

from sandbox.errors import GraphError, unknown_object
from sandbox.graph import checks
from sandbox.graph.gateway import Call, can_see, require_number
from sandbox.model import Customer, Group, Json
from sandbox.running import sandbox
from sandbox.webhooks.shapes import number_update

MAX_SUBJECT, MAX_DESCRIPTION, MAX_GROUPS = 128, 2048, 10_000
_MODES = {"auto_approve", "approval_required"}


def create(call: Call) -> Json:
    """`POST /{number}/groups` → `{request_id}`. A webhook tells the group and its invitation."""
    number, body = require_number(call), call.body
    checks.require_product(body)
    box = sandbox()
    subject = checks.text(body, "subject", "subject", limit=MAX_SUBJECT)
    description = checks.text(body, "description", "description", limit=MAX_DESCRIPTION, optional=True)
    mode = str(body.get("join_approval_mode", "auto_approve"))
    if mode not in _MODES:
        raise GraphError(
            100, f"(#100) Param join_approval_mode must be one of {{{', '.join(sorted(_MODES))}}}"
        )
    raw = f"capi_group:{number.display_phone_number}:{box.world.ids.object_id(18)}"
    group = Group(
        base64.b64encode(raw.encode()).decode().rstrip("="),
        number.phone_number_id,
        subject,
        description,
        mode,
        _link(),
        created_at=int(time.time()),
    )
    with box.world.lock:
        box.world.groups[group.group_id] = group
        box.world.touch("group", group.group_id)
    request_id = box.world.ids.object_id(16)
    told = {
        "timestamp": str(group.created_at),
        "group_id": group.group_id,
        "type": "group_create",
        "request_id": request_id,
        "subject": subject,
        "invite_link": group.invite_link,
        "join_approval_mode": mode,
    }
    if description:
        told["description"] = description
    update = number_update(number, "group_lifecycle_update", "group:create", groups=[told])
    box.dispatcher.submit([update])
    return {"messaging_product": "whatsapp", "request_id": request_id}


def listed(call: Call) -> Json:
    """`GET /{number}/groups?fields=`: `{data, paging}`."""
    number = require_number(call)
    found = [
        group for group in sandbox().world.groups.values() if group.phone_number_id == number.phone_number_id
    ]
    limit = request.args.get("limit", "25")
    if not limit.isdigit() or not 1 <= int(limit) <= 1024:
        raise GraphError(100, "(#100) Param limit must be an integer between 1 and 1024.")
    ids, after = [group.group_id for group in found], request.args.get("after")
    if after is not None and after not in ids:
        raise GraphError(131059)
    start = ids.index(after) + 1 if after else 0
    page = found[start : start + int(limit)]
    paging = {"cursors": {"before": page[0].group_id, "after": page[-1].group_id}} if page else {}
    return {"data": [_chosen(group) for group in page], "paging": paging}


def node(call: Call, group: Group) -> Json:
    """`GET /{group}?fields=`."""
    return {"messaging_product": "whatsapp"} | _chosen(group)


def _chosen(group: Group) -> Json:
    people = [_shown(each) for each in map(sandbox().world.find_customer, group.participants) if each]
    told: Json = {
        "id": group.group_id,
        "subject": group.subject,
        "creation_timestamp": str(group.created_at),
        "suspended": False,
        "description": group.description,
        "total_participant_count": len(people),
        "participants": people,
        "join_approval_mode": group.join_approval_mode,
    }
    asked = [name for name in request.args.get("fields", "").split(",") if name] or list(told)
    for name in asked:
        if name not in told:
            raise GraphError(100, f"(#100) Tried accessing nonexisting field ({name}) on node type (Group)")
    return {name: told[name] for name in {**dict.fromkeys(asked), "id": None}}


def change(call: Call, group: Group) -> Json:
    """`POST /{group}`: subject and description."""
    checks.require_product(call.body)
    subject = checks.text(call.body, "subject", "subject", limit=MAX_SUBJECT, optional=True)
    description = checks.text(call.body, "description", "description", limit=MAX_DESCRIPTION, optional=True)
    group.subject, group.description = subject or group.subject, description or group.description
    return _kept(group)


def delete(group: Group) -> Json:
    """`DELETE /{group}`."""
    world = sandbox().world
    with world.lock:
        del world.groups[group.group_id]
        world.touch("group", group.group_id)
    return {"messaging_product": "whatsapp", "success": True}


def invite_link(call: Call, group: Group) -> Json:
    """`GET …/invite_link`, and `POST`, which makes a new link."""
    if request.method == "POST":
        group.invite_link = _link()
        _kept(group)
    return {"messaging_product": "whatsapp", "invite_link": group.invite_link}


def remove_participants(call: Call, group: Group) -> Json:
    """`DELETE …/participants` `{participants: [{user}|{user_id}]}`."""
    checks.require_product(call.body)
    named = checks.items(call.body, "participants", "participants")
    people = [
        sandbox().world.find_customer(str(each.get("user") or each.get("user_id") or "")) for each in named
    ]
    keys = {person.key for person in people if person is not None}
    if len(keys) < len(named) or not keys <= set(group.participants):
        raise GraphError(
            100, "(#100) Invalid parameter", details="Not all of these are participants of the group."
        )
    group.participants = [key for key in group.participants if key not in keys]
    return _kept(group)


def join_requests(call: Call, group: Group) -> Json:
    """`GET`, `POST` (approve) and `DELETE` (reject) `…/join_requests`. The sandbox never has any."""
    if request.method == "GET":
        return {"data": [], "paging": {}}
    wanted = call.body.get("join_requests")
    if not isinstance(wanted, list) or not wanted:
        raise GraphError(100, "(#100) The parameter join_requests is required.")
    raise GraphError(100, "(#100) Invalid parameter", details="There are no such requests to join.")


def find(call: Call, group_id: str) -> Group:
    """The group of that id. Raises GraphError where the token may not see it."""
    world = sandbox().world
    group: Group | None = world.groups.get(group_id)
    number = world.numbers.get(group.phone_number_id) if group else None
    if group is None or number is None or not can_see(call, number.waba_id):
        raise unknown_object(group_id, request.method)
    return group


def _shown(person: Customer) -> Json:
    told = {"wa_id": person.shown_wa_id, "user_id": person.user_id, "username": person.username}
    return {name: value for name, value in told.items() if value}


def _link() -> str:
    return f"https://chat.whatsapp.com/{sandbox().world.ids.object_id(22)}"


def _kept(group: Group) -> Json:
    world = sandbox().world
    with world.lock:
        world.touch("group", group.group_id)
    return {"messaging_product": "whatsapp", "success": True}

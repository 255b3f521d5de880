"""Commands about faults, delivery and behaviour. Views of calls, messages and webhooks."""

from __future__ import annotations

import base64
import binascii
import time

from flask import Blueprint, Response, request

from sandbox.behaviour import as_json, changed
from sandbox.control.requests import asked, flag_of, number_argument, reply, text_of
from sandbox.errors import ControlError
from sandbox.model import Json, Message
from sandbox.running import sandbox
from sandbox.webhooks.handshake import handshake

bp = Blueprint("traffic", __name__, url_prefix="/sandbox")

CONFIG_KEYS = ("callback_url", "app_secret", "verify_token", "public_url", "webhook_timeout_s", "seed")
SECRET_KEYS = {"app_secret", "verify_token"}
MAX_FLUSH_S = 60.0


@bp.get("/health")
def health() -> Response:
    return reply({"status": "ok"})


@bp.post("/reset")
def reset() -> Response:
    """Return to the default world. `{seed?}` makes what follows repeatable."""
    body = asked()
    box = sandbox()
    if "seed" in body:
        box.config.seed = _seed(body["seed"])
    box.reset()
    return reply({"status": "reset"})


@bp.get("/config")
def get_config() -> Response:
    return reply(_config_json())


@bp.put("/config")
def put_config() -> Response:
    """Change the callback, the secrets, the time-out or the seed. Secrets are never shown."""
    body = asked()
    config = sandbox().config
    unknown = set(body) - set(CONFIG_KEYS)
    if unknown:
        raise ControlError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(CONFIG_KEYS)}")
    for name in ("callback_url", "app_secret", "verify_token", "public_url"):
        if name in body:
            setattr(config, name, text_of(body, name))
    if "webhook_timeout_s" in body:
        given = body["webhook_timeout_s"]
        if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= 120:
            raise ControlError("webhook_timeout_s must be between 0 and 120")
        config.webhook_timeout_s = float(given)
    if "seed" in body:
        config.seed = _seed(body["seed"])
        sandbox().world.ids.reseed(config.seed)
    return reply(_config_json())


@bp.post("/verify")
def verify() -> Response:
    """Do the handshake with the callback, as the dashboard does: `{verify_token?, url?}`.

    Answers `{ok, status, body}`.
    """
    body = asked()
    box = sandbox()
    url = text_of(body, "url", box.config.callback_url)
    return reply(handshake(box.world, url, text_of(body, "verify_token", box.config.verify_token)))


@bp.get("/behaviour")
def get_behaviour() -> Response:
    return reply(as_json(sandbox().world.behaviour))


@bp.put("/behaviour")
def put_behaviour() -> Response:
    box = sandbox()
    with box.world.lock:
        box.world.behaviour = changed(box.world.behaviour, asked())
    box.limits.clear()
    return reply(as_json(box.world.behaviour))


@bp.get("/delivery")
def get_delivery() -> Response:
    box = sandbox()
    return reply(as_json(box.world.delivery) | {"depth": box.dispatcher.depth()})


@bp.put("/delivery")
def put_delivery() -> Response:
    box = sandbox()
    with box.world.lock:
        box.world.delivery = changed(box.world.delivery, asked())
    box.dispatcher.mode_changed()
    return get_delivery()


@bp.get("/faults")
def list_faults() -> Response:
    return reply({"faults": [fault.as_json() for fault in sandbox().faults.listed()]})


@bp.post("/faults")
def add_fault() -> Response:
    return reply(sandbox().faults.add(asked()).as_json(), 201)


@bp.delete("/faults")
def remove_faults() -> Response:
    return reply({"removed": sandbox().faults.remove()})


@bp.delete("/faults/<int:fault_id>")
def remove_fault(fault_id: int) -> Response:
    if not sandbox().faults.remove(fault_id):
        raise ControlError("unknown fault", 404)
    return reply({"removed": 1})


@bp.get("/kinds")
def list_kinds() -> Response:
    return reply({"kinds": sandbox().kinds.names()})


@bp.post("/webhooks")
def make_webhook() -> Response:
    """Make one webhook by `kind`. `wait: true` delivers it at once and returns the callback's answer."""
    body = asked()
    box = sandbox()
    wait = flag_of(body, "wait", False)
    is_one_post = wait or body.get("kind") == "batch"
    updates = box.kinds.build({k: v for k, v in body.items() if k != "wait"})
    if not updates:
        raise ControlError("nothing to tell: the message is already there or further on", 409)
    wamids = [
        item["id"]
        for update in updates
        for name in ("messages", "statuses", "message_echoes")
        for item in update.value.get(name, ())
    ]
    shown: Json = {"wamids": wamids, "changes": [{"field": u.field, "value": u.value} for u in updates]}
    if is_one_post:
        delivery = box.dispatcher.post_now(updates)
        return reply(shown | {"delivery": delivery.as_json(with_body=True)})
    box.dispatcher.submit(updates)
    return reply(shown, 202)


@bp.post("/webhooks/raw")
def raw_webhook() -> Response:
    """Sign and deliver exact bytes, once: `{body | body_base64, signature?, headers?, url?}`.

    `signature` is sent in place of the right one; `""` leaves the header out.
    The body of a request that is not JSON is delivered as it is.
    """
    box = sandbox()
    if request.mimetype == "application/json":
        body = asked()
        raw = _raw_bytes(body)
        headers = body.get("headers") or {}
        if not isinstance(headers, dict):
            raise ControlError("headers must be an object")
        given = body.get("signature")
        if given is not None and not isinstance(given, str):
            raise ControlError("signature must be text")
        url = text_of(body, "url", box.config.callback_url)
    else:
        raw, headers, given, url = request.get_data(), {}, None, box.config.callback_url
    headers = {str(name): str(value) for name, value in headers.items()}
    delivery, answer = box.dispatcher.post_raw(raw, signature=given, headers=headers, url=url)
    return reply({"delivery_id": delivery.id, "signature": delivery.signature, **answer})


def _raw_bytes(body: Json) -> bytes:
    if "body_base64" in body:
        try:
            return base64.b64decode(body["body_base64"], validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise ControlError("body_base64 is not base64") from None
    return text_of(body, "body", "").encode("utf-8", "surrogatepass")


@bp.get("/messages")
def list_messages() -> Response:
    """Messages in order of acceptance: `?direction=outbound&phone_number_id=&customer=&to=&after=&limit=`."""
    direction = request.args.get("direction", "outbound")
    wanted = {
        name: request.args[name]
        for name in ("phone_number_id", "customer", "to", "type")
        if name in request.args
    }
    data = request.args.get("biz_opaque_callback_data")

    def keep(message: Message) -> bool:
        return (
            direction in {"all", message.direction}
            and (data is None or message.callback_data == data)
            and wanted.get("phone_number_id", message.phone_number_id) == message.phone_number_id
            and wanted.get("customer", message.customer_key) == message.customer_key
            and wanted.get("to", message.to).lstrip("+ ") == message.to
            and wanted.get("type", message.type) == message.type
        )

    world = sandbox().world
    found = world.listed(keep, limit=number_argument("limit", 1000), after=number_argument("after", 0))
    return reply({"messages": [message.as_json() for message in found]})


@bp.get("/messages/<path:wamid>")
def get_message(wamid: str) -> Response:
    message = sandbox().world.messages.get(wamid)
    if message is None:
        raise ControlError("unknown wamid", 404)
    return reply(message.as_json())


@bp.get("/requests")
def list_requests() -> Response:
    """The newest Graph calls, oldest first: `?after=&limit=&endpoint=`."""
    found = sandbox().recorder.listed(
        after=number_argument("after", 0),
        limit=number_argument("limit", 100),
        endpoint=request.args.get("endpoint"),
    )
    return reply({"requests": found})


@bp.get("/deliveries")
def list_deliveries() -> Response:
    """The newest deliveries, oldest first: `?after=&limit=&state=&body=1`."""
    box = sandbox()
    found = box.dispatcher.deliveries(
        after=number_argument("after", 0),
        limit=number_argument("limit", 100),
        state=request.args.get("state"),
    )
    with_body = request.args.get("body") == "1"
    shown = [delivery.as_json(with_body=with_body) for delivery in found]
    return reply({"deliveries": shown, "depth": box.dispatcher.depth()})


@bp.post("/deliveries/<int:delivery_id>/redeliver")
def redeliver(delivery_id: int) -> Response:
    copy = sandbox().dispatcher.redeliver(delivery_id)
    if copy is None:
        raise ControlError("unknown delivery", 404)
    return reply(copy.as_json(), 202)


@bp.post("/flush")
def flush() -> Response:
    """Wait until every planned status is made and delivered: `{timeout_s=10}` → `{settled}`."""
    given = asked().get("timeout_s", 10)
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= MAX_FLUSH_S:
        raise ControlError(f"timeout_s must be between 0 and {MAX_FLUSH_S:g}")
    box = sandbox()
    deadline = time.monotonic() + given
    while not box.settled() and time.monotonic() < deadline:
        time.sleep(0.01)
    return reply({"settled": box.settled(), "depth": box.dispatcher.depth()})


def _config_json() -> Json:
    config = sandbox().config
    return {name: getattr(config, name) for name in CONFIG_KEYS if name not in SECRET_KEYS} | {
        "livechat_url": config.livechat_url,
        "supabase_url": config.supabase_url,
    }


def _seed(given: object) -> int | None:
    if given is not None and (isinstance(given, bool) or not isinstance(given, int)):
        raise ControlError("seed must be a whole number or null")
    return given

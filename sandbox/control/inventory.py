"""Commands about what there is: numbers, customers, media, templates and tokens."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import time

from flask import Blueprint, Response

from sandbox import media_store
from sandbox.control.requests import asked, flag_of, reply, text_of
from sandbox.errors import ControlError
from sandbox.model import AccessToken, Customer, Json, Media, PhoneNumber, Template
from sandbox.recorder import token_label
from sandbox.running import sandbox

bp = Blueprint("inventory", __name__, url_prefix="/sandbox")

NUMBER_STATES = {"connected", "unregistered", "deleted"}
TOKEN_STATES = {"valid", "expired", "revoked"}


@bp.get("/numbers")
def list_numbers() -> Response:
    world = sandbox().world
    return reply({"numbers": [dataclasses.asdict(number) for number in world.numbers.values()]})


@bp.post("/numbers")
def add_number() -> Response:
    """Add or change a number: `{phone_number_id?, waba_id?, display_phone_number?, verified_name?, …}`."""
    body = asked()
    world = sandbox().world
    known = {field.name for field in dataclasses.fields(PhoneNumber)}
    if set(body) - known:
        raise ControlError(
            f"unknown: {', '.join(sorted(set(body) - known))}; known: {', '.join(sorted(known))}"
        )
    if body.get("state", "connected") not in NUMBER_STATES:
        raise ControlError(f"state must be one of {', '.join(sorted(NUMBER_STATES))}")
    present = world.numbers.get(str(body.get("phone_number_id", "")))
    if present is not None:
        number = dataclasses.replace(present, **body)
    else:
        first = world.number(None)
        made = {
            "phone_number_id": world.ids.object_id(15),
            "waba_id": first.waba_id,
            "display_phone_number": "91" + world.ids.object_id(10),
            "verified_name": "Second Bakery",
        }
        number = PhoneNumber(**{**made, **body})
    world.add_number(number)
    return reply(dataclasses.asdict(number), 200 if present else 201)


@bp.get("/customers")
def list_customers() -> Response:
    world = sandbox().world
    return reply({"customers": [customer_json(c) for c in list(world.customers.values())]})


@bp.post("/customers")
def add_customer() -> Response:
    """Make a person known: `{wa_id?, user_id?, name?, username?, on_whatsapp?, read_receipts?, …}`.

    `wa_id: null` with a username makes a customer without a phone number. `take_over: true` gives the number
    to somebody new; whoever had it keeps only their business-scoped id. `also_written` has other writings of
    the number.
    """
    body = asked()
    world = sandbox().world
    is_taken_over = flag_of(body, "take_over", False)
    body = {key: value for key, value in body.items() if key != "take_over"}
    known = {field.name for field in dataclasses.fields(Customer)}
    if set(body) - known:
        raise ControlError(
            f"unknown: {', '.join(sorted(set(body) - known))}; known: {', '.join(sorted(known))}"
        )
    wa_id = str(body["wa_id"]).lstrip("+") if body.get("wa_id") else None
    if wa_id is not None and not (wa_id.isdigit() and 7 <= len(wa_id) <= 15):
        raise ControlError("wa_id must be 7 to 15 digits")
    if wa_id is None and not body.get("user_id") and not body.get("username"):
        raise ControlError("a customer needs wa_id, user_id or username")
    if is_taken_over and wa_id is not None:
        world.free_number(wa_id)
    present = world.find_customer(wa_id or str(body.get("user_id", "")))
    values = {**body, "wa_id": wa_id}
    if present is not None:
        customer = dataclasses.replace(present, **{**values, "declared": True})
    else:
        values.setdefault("user_id", world.ids.user_id())
        customer = Customer(**values)
    world.add_customer(customer)
    return reply(customer_json(customer), 200 if present else 201)


@bp.get("/media")
def list_media() -> Response:
    return reply({"media": [media_json(media) for media in list(sandbox().world.media.values())]})


@bp.post("/media")
def add_media() -> Response:
    """Declare an uploaded file: `{id?, mime_type?, data_base64?, phone_number_id?, age_s?}`."""
    body = asked()
    world = sandbox().world
    mime_type = text_of(body, "mime_type", "image/jpeg")
    try:
        data = (
            base64.b64decode(body["data_base64"])
            if "data_base64" in body
            else media_store.sample_bytes("image")
        )
    except (binascii.Error, TypeError, ValueError):
        raise ControlError("data_base64 is not base64") from None
    number = world.number(body.get("phone_number_id"))
    media_id = str(body.get("id") or world.ids.object_id())
    media = Media(media_id, number.phone_number_id, mime_type, data, source=text_of(body, "source", "upload"))
    if media.source not in media_store.LIFE_S:
        raise ControlError("source must be upload or webhook")
    media.created_at = time.time() - float(body.get("age_s", 0))
    return reply(media_json(world.add_media(media)), 201)


@bp.get("/templates")
def list_templates() -> Response:
    return reply({"templates": [dataclasses.asdict(t) for t in list(sandbox().world.templates.values())]})


@bp.put("/templates/<string:name>")
def change_template(name: str) -> Response:
    """Change every language of a template, or add one: `{language?, status?, pacing?, components?, …}`."""
    body = asked()
    world = sandbox().world
    known = {field.name for field in dataclasses.fields(Template)} - {"template_id", "name"}
    if set(body) - known:
        raise ControlError(
            f"unknown: {', '.join(sorted(set(body) - known))}; known: {', '.join(sorted(known))}"
        )
    with world.lock:
        found = [
            t
            for t in world.templates.values()
            if t.name == name and body.get("language", t.language) == t.language
        ]
        if not found:
            values: Json = {
                "language": "en_US",
                "category": "UTILITY",
                "waba_id": world.number(None).waba_id,
            } | body
            values.setdefault("components", [{"type": "BODY", "text": "Hello"}])
            found = [Template(template_id=world.ids.object_id(), name=name, **values)]
        changed = [dataclasses.replace(template, **body) for template in found]
        for template in changed:
            world.templates[template.template_id] = template
            world.touch("template", template.template_id)
    return reply({"templates": [dataclasses.asdict(template) for template in changed]})


@bp.get("/tokens")
def list_tokens() -> Response:
    tokens = sandbox().world.tokens.values()
    return reply(
        {
            "tokens": [
                {"label": token_label(t.token), "state": t.state, "waba_ids": t.waba_ids} for t in tokens
            ]
        }
    )


@bp.post("/tokens")
def put_token() -> Response:
    """Add, expire or revoke a token: `{token, state="valid", waba_ids?}`."""
    body = asked()
    token = text_of(body, "token")
    state = text_of(body, "state", "valid")
    if state not in TOKEN_STATES:
        raise ControlError(f"state must be one of {', '.join(sorted(TOKEN_STATES))}")
    waba_ids = body.get("waba_ids")
    if waba_ids is not None and not isinstance(waba_ids, list):
        raise ControlError("waba_ids must be null or a list")
    world = sandbox().world
    with world.lock:
        world.tokens[token] = AccessToken(token, state, waba_ids)
        world.touch("token", token)
    return reply({"label": token_label(token), "state": state, "waba_ids": waba_ids})


def customer_json(customer: Customer) -> Json:
    """A customer as the control API shows it."""
    return dataclasses.asdict(customer) | {"key": customer.key}


def media_json(media: Media) -> Json:
    """A file without its bytes."""
    return {
        "id": media.media_id,
        "phone_number_id": media.phone_number_id,
        "mime_type": media.mime_type,
        "size": media.size,
        "sha256": media.sha256_hex,
        "filename": media.filename,
        "source": media.source,
        "created_at": media.created_at,
    }

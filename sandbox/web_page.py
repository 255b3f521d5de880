"""The web page of the sandbox, and what it polls."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, render_template, request

from sandbox.behaviour import as_json
from sandbox.bubbles.thread import preview, thread_bubbles
from sandbox.control.requests import number_argument, reply
from sandbox.errors import ControlError
from sandbox.model import Json
from sandbox.running import Sandbox, sandbox

bp = Blueprint("web_page", __name__)

SHOWN_MESSAGES = 100
SHOWN_TRAFFIC = 40
SHOWN_CUSTOMERS = 200
# A browser may show files of these types. Any other file of a customer is offered as a download.
_INLINE = ("image/jpeg", "image/png", "image/webp", "video/mp4", "audio/ogg", "audio/mpeg", "audio/mp4")


@bp.get("/")
def index() -> Response:
    """The page. Its script fills it from `/sandbox/view`."""
    config = sandbox().config
    html = render_template(
        "page.html", livechat_url=config.livechat_url, has_outbox=config.smtp_port is not None
    )
    return Response(html, content_type="text/html; charset=utf-8")


@bp.get("/sandbox/outbox")
def outbox() -> Response:
    """The mails, newest first, with links that can be clicked."""
    mails = [
        {
            "id": mail.id,
            "to": mail.to,
            "subject": mail.subject or "(no subject)",
            "when": datetime.fromtimestamp(mail.at, UTC).strftime("%Y-%m-%d %H:%M:%SZ"),
            "pieces": list(mail.pieces()),
        }
        for mail in sandbox().outbox.listed()
    ]
    html = render_template("outbox.html", mails=mails, is_on=sandbox().config.smtp_port is not None)
    # An invitation's link lets its reader in.
    return Response(html, content_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})


@bp.get("/sandbox/view")
def view() -> Response:
    """All that the page shows: `?customer=&phone_number_id=&since=`. 204 while nothing has changed."""
    box = sandbox()
    if number_argument("since", -1 if "since" not in request.args else 0) == box.world.version:
        return Response(status=204)
    version = box.world.version
    number = box.world.number(request.args.get("phone_number_id") or None)
    customer = box.world.customer(request.args.get("customer") or _last_active(box, number.phone_number_id))
    thread = box.world.thread(number.phone_number_id, customer)[-SHOWN_MESSAGES:]
    return reply(
        {
            "version": version,
            "numbers": [
                {
                    "phone_number_id": n.phone_number_id,
                    "name": n.verified_name,
                    "display": n.display_phone_number,
                }
                for n in list(box.world.numbers.values())
            ],
            "phone_number_id": number.phone_number_id,
            "business": number.verified_name,
            "customers": _customers(box, number.phone_number_id),
            "customer": customer.key,
            "bubbles": thread_bubbles(box.world, thread),
            "thread": box.world.snapshot(number.phone_number_id, customer),
            "behaviour": as_json(box.world.behaviour),
            "delivery": as_json(box.world.delivery),
            "depth": box.dispatcher.depth(),
            "faults": [fault.as_json() for fault in box.faults.listed()],
            "requests": [_request(entry) for entry in box.recorder.listed(limit=SHOWN_TRAFFIC)],
            "deliveries": [d.as_json() for d in box.dispatcher.deliveries(limit=SHOWN_TRAFFIC)],
            "callback_url": box.config.callback_url,
        }
    )


@bp.get("/sandbox/media/<string:media_id>/content")
def media_content(media_id: str) -> Response:
    """The bytes of a file, for this page (Graph's own address needs a token)."""
    media = sandbox().world.media.get(media_id)
    if media is None:
        raise ControlError("unknown media", 404)
    kind = media.mime_type.partition(";")[0]
    response = Response(
        media.data, content_type=media.mime_type if kind in _INLINE else "application/octet-stream"
    )
    if kind not in _INLINE:
        response.headers["Content-Disposition"] = "attachment"
    return response


def _last_active(box: Sandbox, phone_number_id: str) -> str | None:
    """The customer of the newest message. The page opens with them."""
    with box.world.lock:
        last = {
            key: thread[-1].seq
            for (number, key), thread in box.world.threads.items()
            if thread and number == phone_number_id
        }
    return max(last, key=last.__getitem__, default=None)


def _customers(box: Sandbox, phone_number_id: str) -> list[Json]:
    shown: list[Json] = []
    world = box.world
    with world.lock:
        people = list(world.customers.values())[:SHOWN_CUSTOMERS]
        threads = {person.key: world.threads.get((phone_number_id, person.key)) for person in people}
        last = {key: thread[-1] for key, thread in threads.items() if thread}
    for person in people:
        message = last.get(person.key)
        shown.append(
            {
                "key": person.key,
                "name": person.name or person.username or person.key,
                "detail": f"+{person.wa_id}" if person.wa_id else f"@{person.username or person.user_id}",
                "preview": preview(world, message) if message else "",
                "seq": message.seq if message else 0,
                "stranger": not person.declared,
            }
        )
    return shown


def _request(entry: Json) -> Json:
    return {
        k: entry.get(k)
        for k in ("id", "at", "method", "endpoint", "to", "http_status", "code", "outcome", "ms", "fault")
    }

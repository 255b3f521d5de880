"""The way of every Graph call: faults, delay, token, handler, log."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from flask import Response, request

from sandbox.errors import GraphError, token_expired, unknown_object
from sandbox.fault_rules import Fault
from sandbox.httpd import DROP_KEY
from sandbox.model import AccessToken, Json, Message, PhoneNumber
from sandbox.recorder import token_label
from sandbox.running import Sandbox, sandbox
from sandbox.webhooks.encoding import encode

OLDEST_VERSION, NEWEST_VERSION = 20, 26
_USAGE = (
    '{"%s":[{"type":"whatsapp","call_count":1,"total_cputime":1,"total_time":1,'
    '"estimated_time_to_regain_access":0}]}'
)
_GATEWAY_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)


@dataclass(slots=True)
class Call:
    """One Graph call. Handlers add what the log should tell."""

    endpoint: str
    phone_number_id: str | None = None
    body: Json = field(default_factory=dict)
    token: AccessToken | None = None
    message: Message | None = None
    usage_of: str | None = None

    @property
    def to(self) -> str | None:
        """The recipient without `+`, as rules of faults name it."""
        given = self.body.get("to") or self.body.get("recipient")
        return str(given).lstrip("+") if given else None


Handler = Callable[[Call], Json]


def json_body() -> Json:
    """The body of the request as an object: JSON, or the fields of a form. Raises GraphError."""
    if request.mimetype in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return dict(request.form)
    data = request.get_data()
    if not data:
        return {}
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise GraphError(100, "(#100) Invalid parameter", details="The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise GraphError(100, "(#100) Invalid parameter", details="The body must be a JSON object.")
    return body


def serve(
    version: str,
    endpoint: str,
    handler: Handler,
    phone_number_id: str | None = None,
    *,
    has_bytes: bool = False,
) -> Response:
    """Answer one Graph call as Meta would, or as a fault demands, and log it."""
    started = time.monotonic()
    box = sandbox()
    call = Call(endpoint, phone_number_id)
    faults: list[Fault] = []
    try:
        call.body = {} if has_bytes else json_body()
        faults = _strike(box, call)
        _delay(faults, "before")
        if box.world.behaviour.graph_delay_ms:
            time.sleep(box.world.behaviour.graph_delay_ms / 1000)
        response = _refused(faults) or _handled(box, version, call, handler)
    except GraphError as error:
        response = error_answer(box, error)
    terminal = next((fault for fault in faults if fault.kind != "delay"), None)
    if terminal is not None:
        response = _twisted(box, call, terminal, response)
    _delay(faults, "after")
    _record(box, call, response, terminal, started)
    return response


def require_number(call: Call) -> PhoneNumber:
    """The number of the call. Raises GraphError: not visible to the token (100/33), or deleted (33)."""
    box = sandbox()
    number = box.world.numbers.get(call.phone_number_id or "")
    if number is None or not can_see(call, number.waba_id):
        raise unknown_object(call.phone_number_id or "", request.method)
    if number.state == "deleted":
        raise GraphError(33)
    call.usage_of = number.waba_id
    return number


def can_see(call: Call, waba_id: str) -> bool:
    """Whether the call's token may see the account."""
    return call.token is None or call.token.waba_ids is None or waba_id in call.token.waba_ids


def require_token(box: Sandbox) -> AccessToken:
    """The bearer's token, from the header or the query. Raises GraphError 190 or 200."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip() if scheme.lower() in {"bearer", "oauth"} else ""
    token = token or request.args.get("access_token", "")
    if not token:
        raise GraphError(200)
    known = box.world.tokens.get(token)
    if known is None:
        raise GraphError(190)
    if known.state == "expired":
        moment = time.time()
        raise token_expired(_pacific(moment - 4 * 3600), _pacific(moment))
    if known.state == "revoked":
        raise GraphError(
            190,
            "Error validating access token: The session has been invalidated because the user changed their "
            "password or Facebook has changed the session for security reasons.",
            subcode=460,
        )
    return known


def _pacific(moment: float) -> str:
    return time.strftime("%A, %d-%b-%y %H:%M:%S PST", time.gmtime(moment - 8 * 3600))


def _strike(box: Sandbox, call: Call) -> list[Fault]:
    return box.faults.strike(
        {
            "endpoint": call.endpoint,
            "method": request.method,
            "phone_number_id": call.phone_number_id,
            "to": call.to,
        }
    )


def _delay(faults: list[Fault], when: str) -> None:
    for fault in faults:
        if fault.kind == "delay" and fault.parameters.get("when", "before") == when:
            time.sleep(fault.parameters["seconds"])


def _refused(faults: list[Fault]) -> Response | None:
    """The answer of a fault that keeps the call from being handled, if there is one."""
    for fault in faults:
        if fault.kind == "error":
            raise fault.error()
        if fault.kind == "drop_before":
            return dropped(fault)
        if fault.kind in {"http_html", "empty"} and not fault.parameters.get("accept", False):
            return broken(fault)
    return None


def _handled(box: Sandbox, version: str, call: Call, handler: Handler) -> Response:
    major = int(version[1:].split(".")[0])
    if not OLDEST_VERSION <= major <= NEWEST_VERSION:
        raise GraphError(2500, f"Unknown path components: /{version}", http_status=400)
    call.token = require_token(box)
    response = answer(handler(call))
    if call.usage_of:
        response.headers["X-Business-Use-Case-Usage"] = _USAGE % call.usage_of
    return response


def answer(payload: Json, status: int = 200) -> Response:
    """JSON as Graph writes it."""
    response = Response(encode(payload), status, content_type="application/json; charset=UTF-8")
    response.headers["facebook-api-version"] = "v26.0"
    return response


def error_answer(box: Sandbox, error: GraphError) -> Response:
    """An error as Graph writes it."""
    trace_id = box.world.ids.trace_id()
    response = answer(error.body(trace_id), error.http_status)
    response.headers["x-fb-trace-id"] = trace_id
    if error.code == 190:
        response.headers["WWW-Authenticate"] = f'OAuth "Facebook Platform" "invalid_token" "{error.message}"'
    if error.retry_after_s is not None:
        response.headers["Retry-After"] = f"{error.retry_after_s:g}"
    response.headers["x-sandbox-code"] = str(error.code)
    return response


def dropped(fault: Fault) -> Response:
    """Have the server hang up in place of an answer."""
    # Other servers than ours cannot hang up. With them the caller gets the empty answer.
    request.environ[DROP_KEY] = "reset" if fault.parameters.get("reset", True) else "close"
    return Response(b"", 502)


def broken(fault: Fault) -> Response:
    """A gateway's page, or nothing, in place of the answer."""
    if fault.kind == "http_html":
        return Response(_GATEWAY_PAGE, fault.parameters.get("http_status", 502), content_type="text/html")
    return Response(b"", fault.parameters.get("http_status", 200))


def _twisted(box: Sandbox, call: Call, fault: Fault, response: Response) -> Response:
    """The answer to a handled call, after a fault has changed it."""
    if fault.kind == "drop_after_accept":
        return dropped(fault)
    if fault.kind in {"http_html", "empty"}:
        return broken(fault)
    if fault.kind == "no_id" and response.status_code == 200:
        return answer({"messaging_product": "whatsapp", "contacts": [], "messages": []})
    if fault.kind == "status_before_response" and call.message is not None:
        update = box.lifecycle.advance(call.message, "sent")
        if update is not None:
            box.dispatcher.post_now([update])
    return response


def _record(box: Sandbox, call: Call, response: Response, fault: Fault | None, started: float) -> None:
    dropped = bool(request.environ.get(DROP_KEY))
    code: Any = response.headers.get("x-sandbox-code")
    response.headers.pop("x-sandbox-code", None)
    token = request.headers.get("Authorization", "").partition(" ")[2] or request.args.get("access_token")
    box.recorder.add(
        at=time.time(),
        method=request.method,
        path=request.path,
        endpoint=call.endpoint,
        phone_number_id=call.phone_number_id,
        to=call.to,
        type=call.body.get("type") if call.endpoint == "messages" else None,
        http_status=None if dropped else response.status_code,
        code=int(code) if code else None,
        outcome="dropped" if dropped else ("ok" if response.status_code < 300 and not code else "error"),
        accepted=call.message is not None,
        wamid=call.message.wamid if call.message else None,
        biz_opaque_callback_data=call.body.get("biz_opaque_callback_data"),
        fault=fault.kind if fault else None,
        ms=round((time.monotonic() - started) * 1000, 1),
        token=token_label(token),
        body=call.body,
    )
    box.world.version += 1

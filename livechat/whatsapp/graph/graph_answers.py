"""GraphErrors, made of answers of the Graph API that are no success."""

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from livechat.domain.clock import now
from livechat.domain.text import storable
from livechat.whatsapp.graph.graph_errors import GraphError, decide
from livechat.whatsapp.reading import code_of, id_or_none, label, obj

_CODE_PREFIX = re.compile(r"^\(#\d+\)\s*")
# Meta's own longest wait is an hour (management calls); more than a day is somebody's mistake.
_LONGEST_WAIT_S = 86_400.0


def json_of(content: bytes) -> Any:
    """The JSON value of an answer; None for what is none (gateways before Graph answer HTML, or nothing)."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def error_from(http_status: int, answer: Any, headers: Mapping[str, str], token: str) -> GraphError:
    """The error of an answer. Meta quotes a malformed token in its text: it is taken out of everything."""
    error = obj(obj(answer).get("error"))
    data = error.get("error_data")
    code = code_of(error.get("code"))
    subcode = code_of(error.get("error_subcode"))
    title = label(error.get("message")) or label(error.get("error_user_title"))
    detail = label(obj(data).get("details")) or label(data) or label(error.get("error_user_msg"))
    return GraphError(
        code,
        _scrubbed(_CODE_PREFIX.sub("", title), token) if title else f"HTTP {http_status} from WhatsApp",
        _scrubbed(detail, token) if detail else None,
        disposition=decide(code, http_status, subcode),
        http_status=http_status,
        subcode=subcode,
        fbtrace_id=id_or_none(error.get("fbtrace_id")),
        retry_after_s=retry_after(headers),
    )


def _scrubbed(text: str, token: str) -> str:
    return storable(text.replace(token, "…"))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """How many seconds Meta asks us to wait; None where it does not say.

    ``Retry-After`` (seconds or a date), else the longest ``estimated_time_to_regain_access`` of
    ``X-Business-Use-Case-Usage``, which is in minutes.
    """
    given = headers.get("Retry-After")
    seconds = _seconds(given) if given else None
    if seconds is None:
        seconds = _usage_seconds(headers.get("X-Business-Use-Case-Usage"))
    return min(seconds, _LONGEST_WAIT_S) if seconds is not None else None


def _seconds(given: str) -> float | None:
    if given.isascii() and given.isdigit() and len(given) < 10:
        return float(given)
    try:
        moment = parsedate_to_datetime(given)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now()).total_seconds())


def _usage_seconds(given: str | None) -> float | None:
    usage = obj(json_of(given.encode())) if given else {}
    minutes = [
        row.get("estimated_time_to_regain_access")
        for rows in usage.values()
        if isinstance(rows, list)
        for row in rows
        if isinstance(row, dict)
    ]
    waits = [value for value in minutes if isinstance(value, int | float) and value > 0]
    return max(waits) * 60.0 if waits else None

"""Asking the web whether it is ready."""

import http.client
import json

from local.ports import HOST

TIMEOUT_S = 5.0


def ask(port: int) -> tuple[int, str]:
    """The status and text of `GET /readyz`, or (0, "") while nobody answers."""
    connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        return response.status, response.read(65_536).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()


def detail(body: str) -> str:
    """The reason in a 503: the problem's `detail` where there is one, else the body itself."""
    try:
        problem = json.loads(body)
    except ValueError:
        return body.strip()[:300]
    told = problem.get("detail") if isinstance(problem, dict) else None
    return str(told or body)[:300]

"""The host name in a request must be one of ours: an unreadable header is 400, another name is 403.

Goes after ``init_headers``, so that a refusal has its request id, and before checks that cost something.
"""

from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, request

from livechat.core.errors import ForbiddenError, MalformedRequestError
from livechat.domain.hosts import LOCAL_NAMES, host_name, is_among, is_origin
from livechat.web.context import settings

# For operators on this machine, whatever names the other routes have.
_STRICT = frozenset({"/metrics"})
# Meta signs its calls, and uses whatever name a tunnel gave us. Load balancers ask by address.
_ANY_NAME = frozenset({"/webhook", "/healthz", "/readyz"})


def init_hosts(app: Flask) -> None:
    """Check every request, also one to a path that does not exist."""
    app.before_request(_check)
    app.after_request(_relative)


def _check() -> None:
    environ = request.environ
    host, origin = environ.get("HTTP_HOST", ""), environ.get("HTTP_ORIGIN")
    path = environ.get("PATH_INFO", "")
    name = host_name(host)
    # HTTP/1.0 has no Host. Load balancers use it; no browser does.
    is_nameless = not host and environ.get("SERVER_PROTOCOL") == "HTTP/1.0"
    if name is None and not is_nameless:
        raise MalformedRequestError("The Host header cannot be read.")
    if origin is not None and not is_origin(origin):
        raise MalformedRequestError("The Origin header cannot be read.")
    if path in _STRICT:
        names = LOCAL_NAMES | settings().metrics_hosts
        if name is None or not (is_among(name, names) or _is_own_address(name)):
            raise ForbiddenError("This is for this machine; LIVECHAT_METRICS_HOSTS opens it to other names.")
    elif path not in _ANY_NAME and name is not None and not is_among(name, settings().hosts):
        raise ForbiddenError("This is not a name of this server; LIVECHAT_HOSTS lists them.")


def _is_own_address(name: str) -> bool:
    """Whether the client connected to this very address: unlike a name, nobody can point it elsewhere."""
    try:
        return ip_address(name) == ip_address(request.environ.get("SERVER_NAME", ""))
    except ValueError:
        return False


def _relative(response: Response) -> Response:
    """Take the host out of a redirect: the framework copies the Host header, which may be anybody's."""
    location = response.headers.get("Location")
    if location is not None and HTTPStatus.MULTIPLE_CHOICES <= response.status_code < HTTPStatus.BAD_REQUEST:
        try:
            parts = urlsplit(location)
        except ValueError:
            parts = urlsplit("/")
        if parts.netloc:
            # One slash: two would name a host again.
            path = "/" + parts.path.lstrip("/")
            response.headers["Location"] = f"{path}?{parts.query}" if parts.query else path
            # The framework's body repeats the address.
            response.set_data(b"")
    return response

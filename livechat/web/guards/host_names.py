"""By which names we are asked: headers that cannot be read are 400, names that are not ours 403.

Goes after ``init_headers``, so that a refusal has its correlation id, and before whatever costs something.
"""

from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, request

from livechat.core.errors import ForbiddenError, MalformedRequestError
from livechat.domain.hosts import LOCAL_NAMES, host_name, is_among, is_origin
from livechat.web.context import settings

# What is for operators on this machine, whatever name the rest has.
_STRICT = frozenset({"/metrics"})
# Meta signs its calls, and asks by whatever name a tunnel gave us.
_ANY_NAME = frozenset({"/webhook", "/healthz", "/readyz"})


def init_hosts(app: Flask) -> None:
    """Check every request, also those to paths that do not exist."""
    app.before_request(_check)
    app.after_request(_relative)


def _check() -> None:
    environ = request.environ
    host, origin = environ.get("HTTP_HOST", ""), environ.get("HTTP_ORIGIN")
    path = environ.get("PATH_INFO", "")
    name = host_name(host)
    # HTTP/1.0 has no Host; load balancers ask so. No browser does.
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
    """Whether it is the address that the connection came to: an address is no name that could be turned."""
    try:
        return ip_address(name) == ip_address(request.environ.get("SERVER_NAME", ""))
    except ValueError:
        return False


def _relative(response: Response) -> Response:
    """A redirect within our own pages names no host: the one that was sent may be anybody's."""
    location = response.headers.get("Location")
    if location is not None and HTTPStatus.MULTIPLE_CHOICES <= response.status_code < HTTPStatus.BAD_REQUEST:
        try:
            parts = urlsplit(location)
        except ValueError:
            parts = urlsplit("/")
        if parts.netloc:
            # One slash: two would begin a host again.
            path = "/" + parts.path.lstrip("/")
            response.headers["Location"] = f"{path}?{parts.query}" if parts.query else path
            # The framework's body repeats the address.
            response.set_data(b"")
    return response

"""The names in Host and Origin headers, read strictly: a header that cannot be read names nobody.

A page of another site may point its own name at this machine (DNS rebinding). The browser then lets it read
our answers, and nothing but the Host header tells it apart from ours.
"""

import re
from collections.abc import Container
from ipaddress import IPv6Address

# The names by which a machine reaches itself.
LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
ANY = "*"
_NAME = r"(?P<name>[A-Za-z0-9_](?:[A-Za-z0-9_-]*)(?:\.[A-Za-z0-9_-]+)*)\.?"
_HOST = re.compile(rf"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|{_NAME})(?::(?P<port>[0-9]*))?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_MOST_CHARS, _MOST_PORT = 270, 65_535


def host_name(host: str) -> str | None:
    """The name in a Host header, without its port and ready to be compared; None where it cannot be read."""
    found = _HOST.fullmatch(host) if len(host) <= _MOST_CHARS else None
    if found is None or (found["port"] and (len(found["port"]) > 5 or int(found["port"]) > _MOST_PORT)):
        return None
    if found["ipv6"] is None:
        return str(found["name"]).lower()
    try:
        return str(IPv6Address(found["ipv6"]))
    except ValueError:
        return None


def is_origin(origin: str) -> bool:
    """Whether a browser would send this as an Origin (RFC 6454 section 7)."""
    if origin == "null":
        return True
    scheme, separator, host = origin.partition("://")
    return bool(separator) and _SCHEME.fullmatch(scheme) is not None and host_name(host) is not None


def is_among(name: str, names: Container[str]) -> bool:
    """Whether ``name`` is one of ``names``, or these hold ``*``, which stands for any."""
    return ANY in names or name in names

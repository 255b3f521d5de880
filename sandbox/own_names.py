"""Reading the names in Host and Origin headers, so that a page of another site cannot reach the sandbox.

The sandbox makes tokens for whoever asks. A foreign name may point at this machine (DNS rebinding). The
browser then takes the sandbox for a part of that site, and only the Host header shows the difference. The
product has a check of its own, which this one does not share.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_HOST = re.compile(
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)\.?)(?::(?P<port>[0-9]{0,5}))?"
)
_ORIGIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?P<host>.*)", re.DOTALL)


def name_in(host: str) -> str | None:
    """The name in a Host header, lower-case, without its port; None where it cannot be read."""
    found = _HOST.fullmatch(host) if len(host) <= 270 else None
    if found is None or int(found["port"] or 0) > 65_535:
        return None
    if found["ipv6"] is None:
        return found["name"].lower()
    try:
        return str(IPv6Address(found["ipv6"]))
    except ValueError:
        return None


def is_readable_origin(origin: str) -> bool:
    """Whether a browser would send this as an Origin."""
    found = _ORIGIN.fullmatch(origin)
    return origin == "null" or (found is not None and name_in(found["host"]) is not None)

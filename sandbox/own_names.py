"""By which names the sandbox is asked: it mints tokens, so a page of another site must not reach it.

A foreign name may point at this machine (DNS rebinding); the browser then takes the sandbox for that
site, and only the Host header tells. Written apart from the product's own check, which this must not share.
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

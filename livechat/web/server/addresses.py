"""Which client a connection is counted for: by its address, or by the one that a trusted proxy names."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from livechat.core.config import Network

# A household or a server gets an IPv6 network of this size, and may use any address in it.
_IPV6_PREFIX = 64


class Addresses:
    """Tells clients apart, given the networks of our trusted proxies."""

    def __init__(self, trusted_proxies: Sequence[Network]) -> None:
        self._trusted = tuple(trusted_proxies)
        # Thousands of requests come from one address, so answers are kept.
        self._kind = lru_cache(maxsize=4096)(self._look)

    def group_of(self, peer: str, forwarded_for: str = "") -> str | None:
        """The address or IPv6 network that ``peer`` is counted under.

        None for a trusted proxy that does not say for whom it asks, and for an address that cannot be read.
        ``X-Forwarded-For`` is believed only from trusted proxies, and read from its end: the last address
        that is not a proxy's is the client's. The client itself may have written whatever stands before it.
        """
        group, is_trusted = self._kind(peer)
        if not is_trusted:
            return group
        for named in reversed(forwarded_for.split(",")):
            group, is_trusted = self._kind(_bare(named))
            if not is_trusted:
                return group
        return None

    def is_proxy(self, peer: str) -> bool:
        """Whether ``peer`` is one of the trusted proxies."""
        return self._kind(peer)[1]

    def _look(self, text: str) -> tuple[str | None, bool]:
        try:
            address = ip_address(text.partition("%")[0])
        except ValueError:
            # A proxy wrote "unknown", or this is a Unix socket: clients cannot be told apart.
            return None, False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        is_trusted = any(address in network for network in self._trusted)
        return _group(address), is_trusted


def _group(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, _IPV6_PREFIX), strict=False))
    return str(address)


def _bare(named: str) -> str:
    """An entry of X-Forwarded-For without its port: ``192.0.2.1:4711``, ``[2001:db8::1]:4711``."""
    named = named.strip()
    if named.startswith("["):
        return named[1:].partition("]")[0]
    host, colon, _port = named.partition(":")
    return host if colon and ":" not in _port else named

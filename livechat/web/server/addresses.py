"""Whom a connection is counted for: its address, or the one that a trusted proxy names."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from livechat.core.config import Network

# What a household or a server gets of IPv6: its holder has as many addresses as they like within.
_IPV6_PREFIX = 64


class Addresses:
    """Tells clients apart, given the networks of the proxies that stand before us."""

    def __init__(self, trusted_proxies: Sequence[Network]) -> None:
        self._trusted = tuple(trusted_proxies)
        # One address stands for thousands of requests.
        self._kind = lru_cache(maxsize=4096)(self._look)

    def group_of(self, peer: str, forwarded_for: str = "") -> str | None:
        """What ``peer`` is counted under; None: a trusted proxy that does not say for whom it asks.

        ``X-Forwarded-For`` is believed only of trusted proxies, from its end: the last address there that is
        not a proxy's is the client's, and whatever stands before it was written by the client.
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
            # A proxy that writes "unknown", or a socket of this machine: nobody can be told apart there.
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

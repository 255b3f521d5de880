"""What the product's application stands behind, around another one."""

from flask import Flask

from livechat.web.server import Door
from livechat.web.server.addresses import Addresses
from livechat.web.server.bodies import BodyLimits
from livechat.web.server.door import Rules


def behind_door(app: Flask) -> Door:
    """``app`` as the product's server takes it, with the product's limits."""
    rules = Rules({}, 4 * 1024 * 1024, lambda _: True, frozenset({"/webhook", "/healthz"}), {}, {})
    limits = BodyLimits(grace_s=10, min_bytes_per_s=4096, max_s=3600, per_address=128)
    return Door(app, rules, limits, Addresses(()), connections_per_address=512, threads=600, stalled_s=30)

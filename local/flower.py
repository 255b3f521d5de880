"""`python -m local.flower …`: Flower, which answers to the names of this machine only.

Flower itself answers any Host. A page of another site, whose name points at this machine, could then read it.
Flower has no setting against that, but finds all its handlers in one method.
"""

import os
import sys
from typing import Any

from celery.__main__ import main
from flower import command
from flower.app import Flower
from prometheus_client import REGISTRY, values
from tornado.web import ErrorHandler

from livechat.domain.hosts import LOCAL_NAMES, host_name, is_among, is_origin

_HOSTS = "LIVECHAT_FLOWER_HOSTS"


class GuardedFlower(Flower):  # type: ignore[misc]  # it has no types
    """Refuses requests by foreign names before any handler sees them."""

    def find_handler(self, request: Any, **options: Any) -> Any:
        """As in Tornado, but 400 for headers that cannot be read, and 403 for names that are not ours."""
        status = refusal(request.headers.get_list("Host"), request.headers.get_list("Origin"))
        if status:
            return self.get_handler_delegate(request, ErrorHandler, {"status_code": status})
        return super().find_handler(request, **options)


def refusal(hosts: list[str], origins: list[str]) -> int:
    """The status that refuses a request with these headers, or 0."""
    name = host_name(hosts[0]) if len(hosts) == 1 else None
    if name is None or not all(map(is_origin, origins)):
        return 400
    told = {host_name(part.strip()) or part.strip() for part in os.environ.get(_HOSTS, "").split(",")}
    return 0 if is_among(name, LOCAL_NAMES | told) else 403


def keep_metrics_apart() -> None:
    """Flower has metrics of its own: in the product's folder, or beside its, they would count as its."""
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
    values.ValueClass = values.MutexValue
    # Those of the product are here where this is a fork of who has loaded it.
    for collector in list(REGISTRY._collector_to_names):
        REGISTRY.unregister(collector)


if __name__ == "__main__":
    keep_metrics_apart()
    command.Flower = GuardedFlower
    sys.exit(main())

"""`python -m local.web …`: granian, with the product's modules loaded before it forks its workers.

The workers then share one import and its memory, and a killed worker is replaced at once rather than after
another import. The import opens nothing, so that each worker has connections of its own.
"""

import gc

gc.disable()

import os
import resource

from granian.cli import entrypoint

import livechat.registry
import livechat.registry.serving  # noqa: F401

# Loaded modules stay, so the collector need not walk them, nor write to the pages that workers share.
gc.freeze()
gc.enable()

# A worker needs these for services, files and its parent.
_OTHER_DESCRIPTORS = 512
_MOST_CONNECTIONS = 16_384


def connections_of_worker() -> int:
    """Raise the limit of descriptors as far as it goes, and return how many connections a worker may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = max(soft, _MOST_CONNECTIONS + _OTHER_DESCRIPTORS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    return max(_OTHER_DESCRIPTORS, min(hard - _OTHER_DESCRIPTORS, _MOST_CONNECTIONS))


if __name__ == "__main__":
    # Granian reads this variable where its command line does not say.
    os.environ.setdefault("GRANIAN_BACKPRESSURE", str(connections_of_worker()))
    entrypoint()  # type: ignore[no-untyped-call]  # granian has no types here

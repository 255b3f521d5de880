"""`python -m local.web …`: granian, with the product's modules loaded before it forks its workers.

They are then imported once for all workers, share memory, and a worker that was killed is replaced within
moments rather than after another import. Importing opens nothing: connections are each worker's own.
"""

import gc

gc.disable()

import os
import resource

from granian.cli import entrypoint

import livechat.api.registry
import livechat.api.serving  # noqa: F401

# What is loaded by now stays: collections need not walk it, nor write to the pages that workers share.
gc.freeze()
gc.enable()

# Of a worker, for whatever is not a client's connection: services, files, the parent.
_OTHER_DESCRIPTORS = 512
_MOST_CONNECTIONS = 16_384


def connections_of_worker() -> int:
    """How many connections a worker may have: idle ones cost descriptors, and all that may be had is had."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = max(soft, _MOST_CONNECTIONS + _OTHER_DESCRIPTORS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    return max(_OTHER_DESCRIPTORS, min(hard - _OTHER_DESCRIPTORS, _MOST_CONNECTIONS))


if __name__ == "__main__":
    # Granian reads it where its command line does not say.
    os.environ.setdefault("GRANIAN_BACKPRESSURE", str(connections_of_worker()))
    entrypoint()  # type: ignore[no-untyped-call]  # granian has no types here

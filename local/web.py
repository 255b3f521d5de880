"""`python -m local.web …`: granian, with the product's modules loaded before it forks its workers.

They are then imported once for all workers, share memory, and a worker that was killed is replaced within
moments rather than after another import. Importing opens nothing: connections are each worker's own.
"""

import gc

gc.disable()

from granian.cli import entrypoint

import livechat.api.registry  # noqa: F401

# What is loaded by now stays: collections need not walk it, nor write to the pages that workers share.
gc.freeze()
gc.enable()

if __name__ == "__main__":
    entrypoint()  # type: ignore[no-untyped-call]  # granian has no types here

"""What a dispatcher has in hand: claims whose outcome is not written down yet.

A claim is put in before its call and taken out after its outcome is committed; looking at it does not take it
out. After an error between the two the claim is still here, and an outcome that is written down twice does no
harm.
"""

import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from uuid import UUID

from livechat.outbound.delivery.deliver import Outcome
from livechat.outbound.queries.claims import Claim
from livechat.whatsapp.graph.graph_errors import GraphError


@dataclass(slots=True, eq=False)
class Flight:
    """A claim and its call. ``outcome`` is what came of the call; an exception there is a fault of ours.

    ``tries`` counts how often the outcome could not be written down; ``not_before`` is when to try again.
    """

    claim: Claim
    claimed_at: float = field(default_factory=time.monotonic)
    outcome: Outcome | BaseException | None = None
    future: Future[bool] | None = None
    tries: int = 0
    not_before: float = 0.0
    _begun: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> bool:
        """Take the call; False where another thread has it.

        So one thread makes the call, or none does and the claim is handed back.
        """
        return self._begun.acquire(blocking=False)

    @property
    def is_back(self) -> bool:
        """Whether the call has ended, with an outcome or with a fault of ours."""
        return self.outcome is not None or self.fault is not None

    @property
    def fault(self) -> BaseException | None:
        """The error because of which nothing is known of a call that has ended."""
        if self.outcome is not None:
            # A GraphError is Meta's answer, not a fault of ours, although it is an exception.
            is_ours = isinstance(self.outcome, BaseException) and not isinstance(self.outcome, GraphError)
            return self.outcome if is_ours else None  # type: ignore[return-value]  # as was just said
        if self.future is None or not self.future.done():
            return None
        # False: another thread has the call.
        error = self.future.exception()
        return error or (RuntimeError("the call ended without an outcome") if self.future.result() else None)


class InHand:
    """Flights by their message. Threads call only ``tell``; the loop alone calls the rest."""

    def __init__(self) -> None:
        self._flights: dict[UUID, Flight] = {}
        self._told = threading.Event()

    def __len__(self) -> int:
        return len(self._flights)

    def add(self, claims: Iterable[Claim]) -> None:
        """Put in what was claimed."""
        self._flights |= {claim.message_id: Flight(claim) for claim in claims}

    def remove(self, flights: Iterable[Flight]) -> None:
        """Take out flights that are written down or given up. Harmless to repeat."""
        for flight in flights:
            self._flights.pop(flight.claim.message_id, None)

    def all(self) -> list[Flight]:
        """Every flight, in the order of the claims."""
        return list(self._flights.values())

    def back(self) -> list[Flight]:
        """The flights whose outcome waits to be written down, and may be tried now."""
        now = time.monotonic()
        return [flight for flight in self._flights.values() if flight.is_back and flight.not_before <= now]

    def messages(self) -> set[UUID]:
        """The messages that are in hand."""
        return set(self._flights)

    def conversations(self) -> set[UUID]:
        """The conversations of the messages in hand: nothing more is claimed in them."""
        return {flight.claim.conversation_id for flight in self._flights.values()}

    def tell(self) -> None:
        """Wake the loop: a call has come back, or the loop is to stop."""
        self._told.set()

    def wait(self, seconds: float) -> None:
        """Wait until ``tell`` is called, ``seconds`` at most."""
        self._told.wait(seconds)
        # A call of ``tell`` from here on ends the next wait. The loop now looks at what came before it.
        self._told.clear()

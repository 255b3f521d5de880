"""What a dispatcher has in hand: claims on their way to Meta and back, each until it is written down.

Nothing leaves it by being looked at. A claim is put in before its call and taken out after the commit of its
outcome; an error between the two leaves it where it is, and writing an outcome down twice does no harm.
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
    """A claim and its call. ``outcome`` is what the call came to; an exception is a fault of ours.

    ``tries`` counts how often the outcome could not be written down, ``not_before`` is when to try again.
    """

    claim: Claim
    claimed_at: float = field(default_factory=time.monotonic)
    outcome: Outcome | BaseException | None = None
    future: Future[bool] | None = None
    tries: int = 0
    not_before: float = 0.0
    _begun: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> bool:
        """Take the call; False where somebody has. One thread calls, or nobody does and it is handed back."""
        return self._begun.acquire(blocking=False)

    @property
    def is_back(self) -> bool:
        """Whether the call has ended, with an outcome or with a fault of ours."""
        return self.outcome is not None or self.fault is not None

    @property
    def fault(self) -> BaseException | None:
        """Why nothing is known of the call, although it has ended."""
        if self.outcome is not None:
            # Meta's word is no fault of ours, though it can be raised.
            is_ours = isinstance(self.outcome, BaseException) and not isinstance(self.outcome, GraphError)
            return self.outcome if is_ours else None  # type: ignore[return-value]  # as was just said
        if self.future is None or not self.future.done():
            return None
        # False: another thread has the call.
        error = self.future.exception()
        return error or (RuntimeError("the call ended without an outcome") if self.future.result() else None)


class InHand:
    """Flights by their message. Threads tell it only that something has come back; all else is the loop's."""

    def __init__(self) -> None:
        self._flights: dict[UUID, Flight] = {}
        self._news = threading.Event()

    def __len__(self) -> int:
        return len(self._flights)

    def add(self, claims: Iterable[Claim]) -> None:
        """Put in what was claimed."""
        self._flights |= {claim.message_id: Flight(claim) for claim in claims}

    def remove(self, flights: Iterable[Flight]) -> None:
        """Take out what is written down, or given up; twice is as good as once."""
        for flight in flights:
            self._flights.pop(flight.claim.message_id, None)

    def all(self) -> list[Flight]:
        """Every flight, in the order of the claims."""
        return list(self._flights.values())

    def back(self) -> list[Flight]:
        """Those whose outcome waits to be written down, and may be tried now."""
        now = time.monotonic()
        return [flight for flight in self._flights.values() if flight.is_back and flight.not_before <= now]

    def messages(self) -> set[UUID]:
        """Whose claims these are."""
        return set(self._flights)

    def conversations(self) -> set[UUID]:
        """Whose turn is taken: nothing more is claimed there."""
        return {flight.claim.conversation_id for flight in self._flights.values()}

    def tell(self) -> None:
        """Something has come back, or the loop is wanted for something else."""
        self._news.set()

    def wait(self, seconds: float) -> None:
        """Until something is told, ``seconds`` at most."""
        self._news.wait(seconds)
        # Whatever is told from here on ends the next wait, and what was told before is seen by who looks now.
        self._news.clear()

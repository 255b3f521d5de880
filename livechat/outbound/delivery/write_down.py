"""Writing down the outcomes of calls to Meta, whatever goes wrong meanwhile.

An outcome stays in hand until it is committed; while the database is away, all of them do. An outcome that
the database refuses, or that our code cannot write, is tried alone a few times and then given up. Its
message stays ``sending`` until its deadline and is ``unknown`` then, since it may have been sent.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from types import MappingProxyType
from uuid import UUID

import structlog
from billiard.exceptions import SoftTimeLimitExceeded
from sqlalchemy.orm import scoped_session

from livechat.core.database import is_outage, is_passing
from livechat.core.session import AnySession
from livechat.live.publish import publish
from livechat.outbound.delivery.deliver import Outcome, changed_by, quotes_of, record_all, record_plain
from livechat.outbound.delivery.in_hand import Flight, InHand
from livechat.outbound.queries.claims import Claim

log = structlog.get_logger(__name__)

# The waits before the next try, the last one repeated.
WAITS_S = (0.05, 0.2, 0.5, 1.0)
# An outcome is given up after so many tries where its data or our code is at fault.
MOST_TRIES = 5
# It is given up after so many tries where others' locks are in its way, since locks pass.
MOST_PASSING_TRIES = 60
# Longer than any claim holds: a message that was given up must not be taken for one that was never called.
_GIVEN_UP_FOR_S = 24 * 3600.0


class WriteDown:
    """Records a dispatcher's outcomes in the database.

    ``look_at`` is the dispatcher's set of conversations to look at next: the conversation of an outcome is
    added before the outcome leaves the hand. ``fault`` is the last error for which an outcome was given up.
    """

    def __init__(self, in_hand: InHand, look_at: set[UUID], rng: Random | None) -> None:
        self._in_hand = in_hand
        self._look_at = look_at
        self._rng = rng
        self._given_up: dict[UUID, float] = {}
        self.fault: BaseException | None = None

    def write_down(self, session: AnySession, single: AnySession) -> list[tuple[Claim, Outcome]]:
        """Commits the outcomes that have come back; those that are written down.

        Raises only an outage of the database, or an error that tells this thread to end.
        """
        written: list[Flight] = []
        flights = self._in_hand.back()
        for flight in flights:
            if flight.fault is not None:
                self.give_up(flight, flight.fault)
        alone = [flight for flight in flights if flight.fault is None and flight.tries]
        together = [flight for flight in flights if flight.fault is None and not flight.tries]
        if together:
            try:
                self._record(session, single, together)
                written += together
            except Exception as error:
                start_afresh(session, single)
                if is_told_to_end(error) or is_outage(error):
                    raise
                log.warning("record_repeated", messages=len(together), error=type(error).__name__)
                alone = together + alone
        written += [flight for flight in alone if self._record_alone(session, single, flight)]
        return [_outcome_of(flight) for flight in written]

    def _record(self, session: AnySession, single: AnySession, flights: Sequence[Flight]) -> None:
        outcomes = [_outcome_of(flight) for flight in flights]
        plain = record_plain(single, outcomes)
        _tell(single, [claim for claim, _ in outcomes if claim.message_id in plain])
        rest = [(claim, outcome) for claim, outcome in outcomes if claim.message_id not in plain]
        if rest:
            record_all(session, rest, self._rng)
            _tell(session, [claim for claim, _ in rest], quotes_of(session, rest))
        # A conversation without more messages needs no look: one queued later is found through the timetable.
        self._settle(
            flights,
            [
                claim.conversation_id
                for claim, _ in outcomes
                if claim.message_id not in plain or plain[claim.message_id].has_more
            ],
        )

    def _record_alone(self, session: AnySession, single: AnySession, flight: Flight) -> bool:
        """Commits one outcome; True where it is written down.

        The last try learns nothing and publishes only the message itself: the outcome is more important.
        """
        try:
            if flight.tries < MOST_TRIES - 1:
                self._record(session, single, [flight])
            else:
                record_all(session, [_outcome_of(flight)], self._rng, learns=False)
                session.commit()
                _tell_plainly(session, flight.claim)
                self._settle([flight], [flight.claim.conversation_id])
        except Exception as error:
            start_afresh(session, single)
            if is_told_to_end(error) or is_outage(error):
                raise
            flight.not_before = time.monotonic() + WAITS_S[min(flight.tries, len(WAITS_S) - 1)]
            flight.tries += 1
            if flight.tries >= (MOST_PASSING_TRIES if is_passing(error) else MOST_TRIES):
                self.give_up(flight, error)
            return False
        return True

    def _settle(self, flights: Sequence[Flight], conversation_ids: Iterable[UUID]) -> None:
        # In this order: after an error between the two the outcome is written down twice, which does no harm.
        self._look_at.update(conversation_ids)
        self._in_hand.remove(flights)

    def give_up(self, flight: Flight, error: BaseException) -> None:
        """Leave the message ``sending``: it becomes ``unknown`` at its deadline."""
        log.error("send_not_recorded", message_id=str(flight.claim.message_id), exc_info=error)
        now = time.monotonic()
        self._given_up = {id_: at for id_, at in self._given_up.items() if now - at < _GIVEN_UP_FOR_S}
        self._given_up[flight.claim.message_id] = now
        self.fault = error
        self._settle([flight], [flight.claim.conversation_id])

    def called(self) -> set[UUID]:
        """Messages that this dispatcher gave, or may have given, to Meta, with no outcome written down."""
        return self._in_hand.messages() | self._given_up.keys()


def is_told_to_end(error: BaseException) -> bool:
    """Whether this error tells the thread to end, so that it must not be caught. Celery's is an Exception."""
    return isinstance(error, SoftTimeLimitExceeded) or not isinstance(error, Exception)


def start_afresh(*sessions: AnySession) -> None:
    """End the transaction that an error left behind. Drop the connection where even that fails."""
    for session in sessions:
        try:
            session.rollback()
        except Exception as error:
            if is_told_to_end(error):
                raise
            log.warning("connection_given_up", error=type(error).__name__)
            (session() if isinstance(session, scoped_session) else session).invalidate()


def _outcome_of(flight: Flight) -> tuple[Claim, Outcome]:
    if flight.outcome is None or flight.fault is not None:
        raise AssertionError("a call without an outcome is given up, never recorded")
    return flight.claim, flight.outcome  # type: ignore[return-value]  # no fault, so an outcome


def _tell(
    session: AnySession, claims: Sequence[Claim], others: Mapping[UUID, UUID] = MappingProxyType({})
) -> None:
    """Commits, and publishes that these messages and ``others``, {message: conversation}, have changed."""
    if claims:
        publish(session, updated={**changed_by(session, claims), **others}, accounts=accounts_of(claims))
    session.commit()


def _tell_plainly(session: AnySession, claim: Claim) -> None:
    """Commits, and publishes that this message has changed. The outcome stands even if this fails."""
    try:
        publish(session, updated={claim.message_id: claim.conversation_id}, accounts=accounts_of([claim]))
        session.commit()
    except Exception as error:
        start_afresh(session)
        if is_told_to_end(error):
            raise
        log.warning("outcome_not_told", message_id=str(claim.message_id), error=type(error).__name__)


def accounts_of(claims: Iterable[Claim]) -> dict[UUID, UUID]:
    """{conversation: account} of these claims, so that ``publish`` need not ask the database."""
    return {claim.conversation_id: claim.account_id for claim in claims}

"""All of a process's sends: one loop that claims and records in groups, and threads that wait for Meta.

A transaction for each send, and for each claim before it, cost more than the send: so the loop takes what is
due from the timetable (``pace``), claims it in one transaction, hands it to the threads, and writes down in
another what has come back meanwhile. No transaction and no connection is held while Meta answers. A claim is
committed before its call, at most one message of a conversation is on its way, and the next one is claimed
only after the outcome of the one before is committed.

This service commits by itself, as an exception: what Meta said must be kept whatever else goes wrong.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from random import Random
from uuid import UUID

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from livechat.database import each_by_itself
from livechat.domain.pace import mps_of
from livechat.outbox import enqueue
from livechat.queries import outgoing
from livechat.queries.outgoing import Claim
from livechat.queries.session import AnySession
from livechat.services.deliver import (
    CLAIM_SLACK_S,
    SECONDS_PER_RUN,
    Outcome,
    Sender,
    attempt,
    changed_by,
    not_tried,
    record_all,
    record_plain,
)
from livechat.services.pace import LonePace, Pace, Taken, Turn
from livechat.services.process import own_mark
from livechat.services.publish import publish
from livechat.tasknames import TaskName
from livechat.whatsapp.errors import Disposition, GraphError

log = structlog.get_logger(__name__)

# How often the timetable is looked at while nothing comes back from Meta.
LOOK_S = 0.02
# One claim for so many threads waits for the first that is free, which then need not wait for the loop.
THREADS_FOR_ONE_AHEAD = 4
# A claim that has waited longer for a thread is given back: what is left of its hold must do for the call.
LONGEST_WAIT_FOR_THREAD_S = CLAIM_SLACK_S / 3
# The loop stays for what is due within so long: a recipient's next turn comes after six seconds. Later work
# is found by the sweep.
STAYS_FOR_S = 10.0
# A run that is older hands its work to a fresh task, which the broker has not had in its hands for so long.
SUCCESSOR_EVERY_S = 15.0
# While Redis is away: how often it is asked again.
ASK_REDIS_EVERY_S = 1.0
MOST_RESTORED = 1000
# A database that is away: the waits before the next try, the last one repeated.
WAITS_S = (0.05, 0.2, 0.5, 1.0)
# An outcome that cannot be written down because of what it is, not because the database is away.
MOST_TRIES = 5
RATE_LIMITED = 130429

_AWAY = (OperationalError, InterfaceError, PoolTimeoutError)


@dataclass(slots=True)
class _Call:
    """A claim, and what its call came to. An Exception is a fault of ours."""

    claim: Claim
    outcome: Outcome | Exception
    tries: int = 0


class Dispatcher:
    """One for the process. ``context`` is entered around each call, in its thread.

    ``stays_for_s``: a run does not end while something becomes due within so long.
    """

    def __init__(
        self,
        sender: Sender,
        pace: Pace,
        *,
        threads: int,
        context: Callable[[], AbstractContextManager[object]] = nullcontext,
        rng: Random | None = None,
        stays_for_s: float = STAYS_FOR_S,
    ) -> None:
        self._sender = sender
        self._mark = own_mark()
        self._pace = pace
        self._most_in_flight = threads + threads // THREADS_FOR_ONE_AHEAD
        self._context = context
        self._rng = rng
        self._stays_for_s = stays_for_s
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="send")
        self._returned: SimpleQueue[_Call | None] = SimpleQueue()
        self._in_flight = 0
        # Conversations to look at: their message has come back, or could not be claimed.
        self._look_at: set[UUID] = set()
        self._lone_pace = LonePace(pace.rules)
        self._alone_since: float | None = None
        self._ask_redis_at = self._look_alone_at = 0.0
        self._asked: SimpleQueue[UUID] = SimpleQueue()
        self._guard = threading.Lock()
        self._baton = threading.Lock()
        self._began_at: float | None = None
        self._is_relieved = False
        self._stopping = threading.Event()
        self._fault: Exception | None = None

    def stop(self) -> None:
        """Claim nothing more; a run ends when what is on its way has been written down."""
        self._stopping.set()
        self._returned.put(None)

    def run(self, session: AnySession, conversation_ids: Iterable[UUID] = ()) -> None:
        """Send what is due, until nothing is or a younger run takes over. One runs at a time: others return.

        ``conversation_ids`` are looked at even if the timetable has forgotten them, by whichever run is at
        work. Raises, at its end, the last unforeseen fault that a send met; that message waits for its
        deadline.
        """
        for conversation_id in conversation_ids:
            self._asked.put(conversation_id)
        if self._stopping.is_set():
            # For the next worker: this one's broker connection takes no more.
            enqueue(TaskName.SEND)
            return
        with self._guard:
            if self._began_at is not None:
                is_young = time.monotonic() - self._began_at < SECONDS_PER_RUN
                if is_young or self._is_relieved:
                    return
                self._is_relieved = True
        with self._baton:
            with self._guard:
                self._began_at, self._is_relieved = time.monotonic(), False
            try:
                is_over = False
                while not is_over:
                    self._serve(session)
                    with self._guard:
                        # What was asked while this run was ending is still its work.
                        is_over = self._is_relieved or self._stopping.is_set() or self._asked.empty()
                        if is_over and not self._is_relieved:
                            self._began_at = None
            except BaseException:
                with self._guard:
                    self._began_at = None
                raise
        fault, self._fault = self._fault, None
        if fault is not None:
            raise fault

    def _serve(self, session: AnySession) -> None:
        # A transaction that the caller has begun would hold a connection for as long as this takes.
        session.rollback()
        with each_by_itself(session) as single:
            self._serve_with(session, single)

    def _serve_with(self, session: AnySession, single: AnySession) -> None:
        """``single`` is for transactions of one statement."""
        ends_at = time.monotonic() + SECONDS_PER_RUN
        wait_s, failures = 0.0, 0
        while not self._is_relieved:
            calls = self._collect(wait_s)
            try:
                self._write_down(session, single, calls)
                taken = self._hand_out(single)
                failures = 0
            except _AWAY as error:
                session.rollback()
                single.rollback()
                wait_s = WAITS_S[min(failures, len(WAITS_S) - 1)]
                failures += 1
                log.warning("dispatch_interrupted", error=type(error).__name__, in_flight=self._in_flight)
                if self._stopping.is_set() and failures > MOST_TRIES:
                    raise
                time.sleep(wait_s)
                continue
            if self._stopping.is_set():
                if self._in_flight == 0:
                    enqueue(TaskName.SEND)
                    return
                wait_s = LOOK_S
                continue
            if time.monotonic() > ends_at:
                ends_at = time.monotonic() + SUCCESSOR_EVERY_S
                enqueue(TaskName.SEND)
            is_idle = self._in_flight == 0 and not taken.turns and not self._look_at
            if is_idle and self._may_end():
                return
            wait_s = LOOK_S if taken.next_s is None else min(LOOK_S, taken.next_s)
            if wait_s == 0.0 and self._in_flight == self._most_in_flight:
                wait_s = LOOK_S

    def _may_end(self) -> bool:
        if self._alone_since is not None:
            # The broker is most likely away as well: nobody could wake us.
            return False
        try:
            return self._pace.rest(self._stays_for_s) is None
        except RedisError:
            return False

    def _collect(self, wait_s: float) -> list[_Call]:
        """What has come back, after waiting ``wait_s`` seconds at most for the first."""
        calls: list[_Call] = []
        try:
            call = self._returned.get(timeout=wait_s) if wait_s > 0 else self._returned.get_nowait()
            while True:
                if call is not None:
                    calls.append(call)
                call = self._returned.get_nowait()
        except Empty:
            return calls

    def _write_down(self, session: AnySession, single: AnySession, calls: Sequence[_Call]) -> None:
        """Record and commit. What the database cannot take now comes back for the next round."""
        sound = []
        for call in calls:
            if isinstance(call.outcome, Exception) and not isinstance(call.outcome, GraphError):
                self._forget(call, call.outcome)
            else:
                sound.append(call)
        if not sound:
            return
        try:
            self._record(session, single, sound)
        except (*_AWAY, IntegrityError) as error:
            session.rollback()
            single.rollback()
            log.warning("record_repeated", messages=len(sound), error=type(error).__name__)
            for call in sound:
                self._record_alone(session, single, call)

    def _record(self, session: AnySession, single: AnySession, calls: Sequence[_Call]) -> None:
        outcomes = [(call.claim, call.outcome) for call in calls if isinstance(call.outcome, Outcome)]
        plain = record_plain(single, outcomes)
        self._publish(single, [claim for claim, _ in outcomes if claim.message_id in plain])
        rest = [(claim, outcome) for claim, outcome in outcomes if claim.message_id not in plain]
        if rest:
            record_all(session, rest, self._rng)
            self._publish(session, [claim for claim, _ in rest])
        self._in_flight -= len(calls)
        # What is queued from now on comes by the timetable.
        self._look_at.update(
            claim.conversation_id
            for claim, _ in outcomes
            if claim.message_id not in plain or plain[claim.message_id].has_more
        )
        self._heed(outcomes)

    def _publish(self, session: AnySession, claims: Sequence[Claim]) -> None:
        """Say that these have changed, and commit."""
        publish(session, updated=changed_by(session, claims), accounts=_accounts_of(claims))
        session.commit()

    def _record_alone(self, session: AnySession, single: AnySession, call: _Call) -> None:
        try:
            self._record(session, single, [call])
        except (*_AWAY, IntegrityError) as error:
            session.rollback()
            single.rollback()
            is_away = isinstance(error, _AWAY)
            call.tries += not is_away
            if call.tries >= MOST_TRIES:
                self._forget(call, error)
                return
            # Its thread is not free before it is written down: a database that is away stops the sends.
            self._returned.put(call)
            if is_away:
                time.sleep(WAITS_S[0])

    def _forget(self, call: _Call, error: Exception) -> None:
        """A fault of ours: the message stays ``sending`` until its deadline and is ``unknown`` then."""
        log.error("send_not_recorded", message_id=str(call.claim.message_id), exc_info=error)
        self._in_flight -= 1
        self._look_at.add(call.claim.conversation_id)
        self._fault = error

    def _heed(self, outcomes: Sequence[tuple[Claim, Outcome]]) -> None:
        """Have all workers keep to what Meta's limits just turned out to be."""
        slow = {
            claim.phone_number_id
            for claim, outcome in outcomes
            if isinstance(outcome, GraphError) and outcome.code == RATE_LIMITED
        }
        try:
            for phone_number_id in slow:
                self._pace.slow_down(phone_number_id)
            for claim, outcome in outcomes:
                if isinstance(outcome, GraphError) and outcome.disposition is Disposition.PAIR_LIMIT:
                    self._pace.use_up(claim.conversation_id)
        except RedisError as error:
            self._go_alone(error)

    def _hand_out(self, session: AnySession) -> Taken:
        """Claim what is due, commit, and give it to the threads."""
        while not self._asked.empty():
            self._look_at.add(self._asked.get())
        looked_at = list(self._look_at)
        heads = outgoing.heads_of(session, looked_at)
        free = 0 if self._stopping.is_set() else self._most_in_flight - self._in_flight
        taken = self._take(
            session, free, [Turn(head.phone_number_id, head.conversation_id, head.wait_s) for head in heads]
        )
        self._look_at.difference_update(looked_at)
        if not taken.turns:
            return taken
        conversations = {turn.conversation_id: turn for turn in taken.turns}
        # Until they are claimed: an error on the way must not lose them.
        self._look_at.update(conversations)
        claimed_at = time.monotonic()
        claims = self._claim(session, list(conversations))
        for claim in claims:
            self._look_at.discard(claim.conversation_id)
            self._in_flight += 1
            self._executor.submit(self._call, claim, claimed_at)
        self._settle_pace(claims, [conversations[id_] for id_ in self._look_at & conversations.keys()])
        return taken

    def _claim(self, session: AnySession, conversation_ids: Sequence[UUID]) -> list[Claim]:
        try:
            claims = outgoing.claim_heads(
                session, conversation_ids, self._sender.hold_s, claimed_by=self._mark
            )
            if claims:
                updated = {claim.message_id: claim.conversation_id for claim in claims}
                publish(session, updated=updated, accounts=_accounts_of(claims))
            session.commit()
        except IntegrityError as error:
            session.rollback()
            if "uq_chat_messages_sending" not in str(error.orig):
                raise
            if len(conversation_ids) == 1:
                return []
            return [claim for id_ in conversation_ids for claim in self._claim(session, [id_])]
        return claims

    def _settle_pace(self, claims: Sequence[Claim], unclaimed: Sequence[Turn]) -> None:
        try:
            rates = {
                claim.phone_number_id: mps_of(claim.throughput_level, on_business_app=claim.on_business_app)
                for claim in claims
            }
            for phone_number_id, mps in rates.items():
                self._pace.set_rate(phone_number_id, mps)
            self._pace.give_back(unclaimed)
        except RedisError as error:
            self._go_alone(error)

    def _call(self, claim: Claim, claimed_at: float) -> None:
        outcome: Outcome | Exception
        try:
            with self._context():
                waited_s = time.monotonic() - claimed_at
                if waited_s < LONGEST_WAIT_FOR_THREAD_S:
                    outcome = attempt(self._sender, claim)
                else:
                    outcome = not_tried(claim)
        except Exception as error:  # noqa: BLE001  # not swallowed: the run that meets it raises it
            outcome = error
        self._returned.put(_Call(claim, outcome))

    def _take(self, session: AnySession, free: int, due: Sequence[Turn]) -> Taken:
        """Turns and their tokens: from the timetable, or, while Redis is away, from the table, slowly."""
        if self._alone_since is None or time.monotonic() >= self._ask_redis_at:
            try:
                if self._alone_since is not None:
                    # It may have come back with nothing.
                    self._pace.restore(self._due(session))
                    self._alone_since = None
                return self._pace.take(free, due)
            except RedisError as error:
                self._go_alone(error)
        if free == 0 or time.monotonic() < self._look_alone_at:
            return Taken()
        self._look_alone_at = time.monotonic() + self._lone_pace.every_s
        return Taken(self._lone_pace.choose(self._due(session), free))

    def _due(self, session: AnySession) -> list[Turn]:
        heads = outgoing.due_heads(session, settled_s=0, limit=MOST_RESTORED)
        session.rollback()
        return [Turn(head.phone_number_id, head.conversation_id) for head in heads]

    def _go_alone(self, error: RedisError) -> None:
        if self._alone_since is None:
            log.warning("pace_unavailable", error=type(error).__name__)
            self._alone_since = time.monotonic()
        self._ask_redis_at = time.monotonic() + ASK_REDIS_EVERY_S


def _accounts_of(claims: Iterable[Claim]) -> dict[UUID, UUID]:
    """{conversation: account}, so that nobody has to ask for it once more."""
    return {claim.conversation_id: claim.account_id for claim in claims}

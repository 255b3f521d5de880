"""All of a process's sends: one loop that claims and records in groups, and threads that wait for Meta.

One transaction for each claim and one for each outcome cost more than the send itself. So the loop works in
groups: it takes the conversations that are due from the timetable (``pace``), claims their messages in one
transaction, hands them to the threads, and writes down in another transaction the outcomes that have come
back meanwhile (``write_down``). No transaction and no connection is held while Meta answers. A claim is
committed before its call. At most one message of a conversation is on its way, and the next one is claimed
only after the outcome of the one before is committed.

Any line may raise: the database is away or refuses the data, our code is wrong, or the thread is told to end.
A claimed message stays in hand (``in_hand``) until its outcome is committed. A message that may have been
claimed is taken back. The loop goes on for the others.

This module commits by itself: what Meta said must be kept whatever else goes wrong.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from logging import ERROR, WARNING
from random import Random
from uuid import UUID, uuid4

import structlog
from redis.exceptions import RedisError

from livechat.core.after_commit import enqueue
from livechat.core.database import each_by_itself, is_outage, is_passing
from livechat.core.process import own_mark
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.domain.pace_rules import mps_of
from livechat.live.publish import publish
from livechat.outbound.delivery.deliver import (
    CLAIM_SLACK_S,
    SECONDS_PER_RUN,
    Outcome,
    Sender,
    attempt,
    not_tried,
)
from livechat.outbound.delivery.in_hand import Flight, InHand
from livechat.outbound.delivery.pace import LonePace, Pace, Taken, Turn
from livechat.outbound.delivery.write_down import (
    MOST_TRIES,
    WAITS_S,
    WriteDown,
    accounts_of,
    is_told_to_end,
    start_afresh,
)
from livechat.outbound.queries import claims as outgoing
from livechat.outbound.queries.claims import Claim, Head
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError

log = structlog.get_logger(__name__)

# The loop looks at the timetable so often while nothing comes back from Meta.
LOOK_S = 0.02
# For every four threads one more message is claimed ahead, so that a thread that becomes free need not wait
# for the loop.
THREADS_FOR_ONE_AHEAD = 4
# A claim that has waited longer for a thread is given back: the rest of its hold must be enough for the call.
LONGEST_WAIT_FOR_THREAD_S = CLAIM_SLACK_S / 3
# A run does not end while something becomes due within this time: a recipient's next turn comes after six
# seconds. The sweep finds later work.
STAYS_FOR_S = 10.0
# A run that should have ended asks for a fresh task to relieve it, again and again after this time.
SUCCESSOR_EVERY_S = 15.0
# While Redis is away it is asked again this often.
ASK_REDIS_EVERY_S = 1.0
MOST_RESTORED = 1000
RATE_LIMITED = 130429


class Dispatcher:
    """The process's one dispatcher.

    ``context`` is entered around each call, in the call's thread. A run does not end while something becomes
    due within ``stays_for_s`` seconds.
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
        # Names this dispatcher in its claims, so that it never takes back a claim of another's.
        self._mark = f"{own_mark() or '- - - -'} {uuid4().hex}"
        self._pace = pace
        self._most_in_flight = threads + threads // THREADS_FOR_ONE_AHEAD
        self._context = context
        self._stays_for_s = stays_for_s
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="send")
        self._in_hand = InHand()
        # Conversations to look at next: their message has come back, or could not be claimed.
        self._look_at: set[UUID] = set()
        # Conversations of which a message may be claimed although it is not in hand.
        self._doubtful: set[UUID] = set()
        # Conversations whose message could not be claimed once, although it was claimed alone.
        self._suspects: set[UUID] = set()
        self._writing = WriteDown(self._in_hand, self._look_at, rng)
        self._lone_pace = LonePace(pace.rules)
        self._alone_since: float | None = None
        self._ask_redis_at = self._look_alone_at = 0.0
        self._asked: deque[UUID] = deque()
        self._guard = threading.Lock()
        self._baton = threading.Lock()
        # The run at work first; behind it the run that waits to relieve it.
        self._runs: list[object] = []
        self._began_at = 0.0
        self._stopping = threading.Event()

    @property
    def _in_flight(self) -> int:
        """How many messages are in hand."""
        return len(self._in_hand)

    def stop(self) -> None:
        """Claim nothing more. A run ends when the outcomes of the calls under way are written down."""
        self._stopping.set()
        self._in_hand.tell()

    def run(self, session: AnySession, conversation_ids: Iterable[UUID] = ()) -> None:
        """Commits around the calls: send what is due, until nothing is due or a younger run takes over.

        One run works at a time; other calls return at once. The run at work looks at ``conversation_ids``
        even if they are missing from the timetable. At its end it raises the last unforeseen fault that a
        send met; that send's message waits for its deadline.
        """
        self._asked.extend(conversation_ids)
        if self._stopping.is_set():
            # The next worker sends it: this one takes no more tasks from the broker.
            enqueue(TaskName.SEND)
            return
        me = object()
        try:
            if not self._may_begin(me):
                return
            with self._baton:
                self._serve(session, me)
        finally:
            self._leave(me)
        fault, self._writing.fault = self._writing.fault, None
        if fault is not None:
            # An error that was to end one of our threads has done so; it must not end the worker as well.
            raise fault if isinstance(fault, Exception) else RuntimeError("a send was interrupted") from fault

    def _may_begin(self, me: object) -> bool:
        with self._guard:
            is_young = time.monotonic() - self._began_at < SECONDS_PER_RUN
            if self._runs and (is_young or len(self._runs) > 1):
                return False
            self._runs.append(me)
            self._began_at = time.monotonic()
            return True

    def _leave(self, me: object) -> None:
        with self._guard:
            if me in self._runs:
                self._runs.remove(me)

    def _is_relieved(self, me: object) -> bool:
        with self._guard:
            return self._runs[-1] is not me

    def _is_over(self, me: object) -> bool:
        with self._guard:
            # Conversations that were asked for while this run was ending are still its work.
            is_over = self._runs[-1] is not me or self._stopping.is_set() or not self._asked
            if is_over:
                self._runs.remove(me)
            return is_over

    def _serve(self, session: AnySession, me: object) -> None:
        # A transaction that the caller has begun would hold a connection for the whole run.
        start_afresh(session)
        with each_by_itself(session) as single:
            try:
                self._serve_with(session, single, me)
                while not self._is_over(me):
                    self._serve_with(session, single, me)
            except BaseException:
                self._close_up(session, single)
                raise

    def _serve_with(self, session: AnySession, single: AnySession, me: object) -> None:
        """Work until the run may end. On ``single`` each statement is a transaction by itself."""
        ends_at = time.monotonic() + SECONDS_PER_RUN
        wait_s, failures = 0.0, 0
        while not self._is_relieved(me):
            self._in_hand.wait(wait_s)
            try:
                taken = self._round(session, single)
                failures = 0
            except Exception as error:  # noqa: BLE001  # ``_get_over`` raises it again where it must
                failures += 1
                self._get_over(error, failures, session, single)
                wait_s = 0.0
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

    def _round(self, session: AnySession, single: AnySession) -> Taken:
        """Write down the outcomes that have come back, then claim what is due."""
        self._heed(self._writing.write_down(session, single))
        self._take_back(single)
        if self._stopping.is_set():
            self._hand_on(single)
            return Taken()
        return self._hand_out(single)

    def _get_over(self, error: Exception, failures: int, session: AnySession, single: AnySession) -> None:
        """Wait before the next round; what is in hand stays there.

        Raises ``error`` in three cases: it tells this thread to end, the database stays away while we stop,
        or our code fails in every round. Then the task fails where everybody sees it, but only after the
        outcomes of the sends under way have been written down.
        """
        start_afresh(session, single)
        if is_told_to_end(error):
            raise error
        is_ours = not (is_outage(error) or is_passing(error))
        log.log(
            ERROR if is_ours else WARNING,
            "dispatch_interrupted",
            error=type(error).__name__,
            in_flight=self._in_flight,
            exc_info=error if is_ours else None,
        )
        is_lasting = failures > MOST_TRIES
        if is_lasting and (self._stopping.is_set() or (is_ours and self._in_flight == 0)):
            raise error
        time.sleep(WAITS_S[min(failures, len(WAITS_S)) - 1])

    def _close_up(self, session: AnySession, single: AnySession) -> None:
        """Write down the outcomes of calls under way, if possible, before an error ends this thread."""
        ends_at, failures = time.monotonic() + self._sender.hold_s, 0
        try:
            for flight in self._in_hand.all():
                if flight.begin():
                    flight.outcome = not_tried(flight.claim)
            while (self._in_flight or self._doubtful) and failures <= MOST_TRIES:
                if time.monotonic() > ends_at:
                    break
                start_afresh(session, single)
                self._in_hand.wait(LOOK_S)
                try:
                    self._writing.write_down(session, single)
                    self._take_back(single)
                    failures = 0
                except Exception as error:  # noqa: BLE001  # the caller raises the error that ends the thread
                    failures += 1
                    log.warning("dispatch_not_closed", error=type(error).__name__, in_flight=self._in_flight)
                    time.sleep(WAITS_S[min(failures, len(WAITS_S)) - 1])
            for flight in self._in_hand.all():
                self._writing.give_up(flight, TimeoutError("the outcome could not be written down in time"))
        finally:
            if self._in_flight:
                enqueue(TaskName.SEND)

    def _may_end(self) -> bool:
        if self._alone_since is not None:
            # The broker is most likely away too, so nobody could wake us.
            return False
        try:
            return self._pace.rest(self._stays_for_s) is None
        except RedisError:
            return False

    def _heed(self, outcomes: Sequence[tuple[Claim, Outcome]]) -> None:
        """Tell all workers, through Redis, which of Meta's limits these calls ran into."""
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

    def _take_back(self, single: AnySession) -> None:
        """Commits what goes back to the queue: messages claimed by this dispatcher that are not in hand.

        There are some where an error came right behind the claim.
        """
        if not self._doubtful:
            return
        doubtful = list(self._doubtful)
        back = outgoing.take_back(single, doubtful, claimed_by=self._mark, called=self._writing.called())
        publish(single, updated=back)
        single.commit()
        if back:
            log.warning("claims_taken_back", messages=len(back))
        self._look_at.update(doubtful)
        self._doubtful.difference_update(doubtful)

    def _hand_on(self, single: AnySession) -> None:
        """Put what is next on the timetable for other workers. Where that fails, the sweep does it later."""
        if not self._look_at:
            return
        try:
            heads = outgoing.heads_of(single, list(self._look_at))
            self._pace.restore(
                Turn(head.phone_number_id, head.conversation_id) for head in heads if head.wait_s == 0
            )
        except Exception as error:
            start_afresh(single)
            if is_told_to_end(error):
                raise
            log.warning("sends_not_handed_on", error=type(error).__name__)
        self._look_at.clear()

    def _hand_out(self, single: AnySession) -> Taken:
        """Claim what is due, commit, and give it to the threads."""
        while self._asked:
            self._look_at.add(self._asked[0])
            self._asked.popleft()
        busy = self._in_hand.conversations()
        looked_at = [id_ for id_ in self._look_at if id_ not in busy]
        heads = self._heads(single, looked_at)
        taken = self._take(
            single,
            self._most_in_flight - self._in_flight,
            [Turn(head.phone_number_id, head.conversation_id, head.wait_s) for head in heads],
        )
        self._look_at.difference_update(looked_at)
        turns = {turn.conversation_id: turn for turn in taken.turns}
        # They stay here until they are claimed, so that an error on the way does not lose them.
        self._look_at.update(turns)
        claims = self._claim(single, [id_ for id_ in turns if id_ not in busy]) if turns else []
        self._look_at.difference_update(claim.conversation_id for claim in claims)
        self._start()
        if turns:
            self._settle_pace(claims, [turns[id_] for id_ in self._look_at & turns.keys()])
        return taken

    def _heads(self, single: AnySession, conversation_ids: Sequence[UUID]) -> list[Head]:
        try:
            return outgoing.heads_of(single, conversation_ids)
        except Exception as error:
            start_afresh(single)
            if is_told_to_end(error) or is_outage(error) or is_passing(error):
                raise
            if len(conversation_ids) == 1:
                self._pass_over(conversation_ids[0], error)
                return []
            return [head for id_ in conversation_ids for head in self._heads(single, [id_])]

    def _claim(self, single: AnySession, conversation_ids: Sequence[UUID]) -> list[Claim]:
        """Claim the next messages and put them in hand. Where that fails for all, claim each by itself."""
        if not conversation_ids:
            return []
        self._doubtful.update(conversation_ids)
        try:
            claims = outgoing.claim_heads(
                single, conversation_ids, self._sender.hold_s, claimed_by=self._mark
            )
            self._in_hand.add(claims)
        except Exception as error:
            start_afresh(single)
            if is_told_to_end(error) or is_outage(error):
                raise
            self._take_back(single)
            if len(conversation_ids) > 1:
                return [claim for id_ in conversation_ids for claim in self._claim(single, [id_])]
            if not (is_passing(error) or "uq_chat_messages_sending" in str(error)):
                self._pass_over(conversation_ids[0], error)
            return []
        self._doubtful.difference_update(conversation_ids)
        self._suspects.difference_update(conversation_ids)
        self._tell_claimed(single, claims)
        return claims

    def _tell_claimed(self, single: AnySession, claims: Sequence[Claim]) -> None:
        """Commits the live events of these claims. The claims stand even if this fails."""
        try:
            updated = {claim.message_id: claim.conversation_id for claim in claims}
            publish(single, updated=updated, accounts=accounts_of(claims))
            single.commit()
        except Exception as error:
            start_afresh(single)
            if is_told_to_end(error):
                raise
            log.warning("claims_not_told", messages=len(claims), error=type(error).__name__)

    def _pass_over(self, conversation_id: UUID, error: Exception) -> None:
        """Leave out a conversation that fails because of our own mistake, so that the others go on.

        It is tried once more; after the second failure only the sweep brings it back.
        """
        log.error("send_not_claimed", conversation_id=str(conversation_id), exc_info=error)
        if conversation_id not in self._suspects:
            self._suspects.add(conversation_id)
            self._look_at.add(conversation_id)
            return
        self._suspects.discard(conversation_id)
        self._look_at.discard(conversation_id)
        self._writing.fault = error

    def _start(self) -> None:
        """Give the threads every claim that waits for one, also where no thread could be started before."""
        for flight in self._in_hand.all():
            if flight.future is not None or flight.is_back:
                continue
            if time.monotonic() - flight.claimed_at > LONGEST_WAIT_FOR_THREAD_S and flight.begin():
                flight.outcome = not_tried(flight.claim)
                continue
            try:
                flight.future = self._executor.submit(self._call, flight)
            except RuntimeError as error:
                # The system has no more threads; those that run take the call over meanwhile.
                log.error("send_thread_not_started", error=str(error), in_flight=self._in_flight)
                return

    def _call(self, flight: Flight) -> bool:
        """Make the call, in a thread. False where the call is not this thread's to make."""
        try:
            if not flight.begin():
                return False
            with self._context():
                if time.monotonic() - flight.claimed_at < LONGEST_WAIT_FOR_THREAD_S:
                    flight.outcome = attempt(self._sender, flight.claim)
                else:
                    flight.outcome = not_tried(flight.claim)
        except BaseException as error:  # noqa: BLE001  # not swallowed: the run raises it at its end
            if flight.outcome is None:
                flight.outcome = error
        finally:
            self._in_hand.tell()
        return True

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

    def _take(self, session: AnySession, free: int, due: Sequence[Turn]) -> Taken:
        """Turns with their tokens, from the timetable; while Redis is away from the table, slowly."""
        if self._alone_since is None or time.monotonic() >= self._ask_redis_at:
            try:
                if self._alone_since is not None:
                    # Redis may have come back empty.
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

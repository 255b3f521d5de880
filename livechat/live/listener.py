"""The one thread of a web process that reads the logs of all accounts in use and feeds all open streams."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import structlog
from redis import Redis
from redis.exceptions import RedisError

from livechat.domain.visibility import Sight, Visibility
from livechat.live import ephemeral
from livechat.live import event_log as logs
from livechat.live.ephemeral import Ephemeral
from livechat.live.event_log import CONTROL, LogEntry
from livechat.live.positions import START, Position, parse_position, position_text
from livechat.live.subscription import Joined, LiveEvent, Reset, Subscription, Unnumbered, tell_all

log = structlog.get_logger(__name__)


class SourceUnavailableError(Exception):
    """The database cannot be asked at the moment; ``__cause__`` says why."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a user may see of one account: these numbers, and of their conversations what is in sight."""

    workspace_id: UUID
    numbers: frozenset[str]
    sight: Sight
    asks_second_factor: bool = False


# Gives {user: {account: Scope}} of these users, as it is now.
Scopes = Callable[[Collection[UUID]], Mapping[UUID, Mapping[UUID, Scope]]]
# Gives how many messages are unread on each of these numbers, {(who looks, number): how many}, of what each
# of these users sees; None is whoever sees all. A pair of which there is nothing may be left out.
Unread = Callable[[Collection[str], Collection[UUID | None]], Mapping[tuple[UUID | None, str], int]]
# Gives one LiveEvent for each entry, in order. All three raise SourceUnavailableError.
Render = Callable[[Sequence[LogEntry]], Sequence[LiveEvent]]
# What is due by the clock alone, and of concern only while streams are open.
Chores = Callable[[], None]

READ_COUNT = 500
# How often to check what users may see: a user's lost account is noticed within this time, even if the touch
# that should tell of it was lost.
SCOPES_EVERY_S = 15.0
CHORES_EVERY_S = 1.0
# However much happens, a stream is told so seldom that the numbers on its tabs may have changed.
COUNTS_EVERY_S = 2.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.05, 2.0
_WAKE_KEPT_S = 60


class Listener:
    """Feeds subscriptions from Redis. Its thread lives while there are any.

    ``connect`` opens a client for this thread alone, since its reads block; ``redis`` is the process's.
    ``_lock`` guards everything that threads share, and no I/O happens under it.
    """

    def __init__(
        self,
        connect: Callable[[], Redis],
        redis: Redis,
        render: Render,
        scopes: Scopes,
        chores: Chores = lambda: None,
        unread: Unread = lambda numbers, viewers: {},
    ) -> None:
        self._connect, self._redis, self._render, self._scopes = connect, redis, render, scopes
        self._chores, self._unread = chores, unread
        self._lock = threading.Lock()
        self._subscriptions: defaultdict[UUID, set[Subscription]] = defaultdict(set)
        self._open: set[Subscription] = set()
        # How far the log of each account in use has been read and handed out.
        self._followed: dict[UUID, Position] = {}
        self._thread: threading.Thread | None = None
        # From where the thread reads events without an id when it begins.
        self._ephemeral_from = START
        self._wake_key = f"livechat:events:wake:{uuid4()}"

    @property
    def open_streams(self) -> int:
        """How many streams this process has open."""
        with self._lock:
            return len(self._open)

    def subscribe(
        self, user_id: UUID, phone_number_id: str | None, *, has_second_factor: bool = True
    ) -> Subscription:
        """A subscription that misses nothing written from now on; ``positions`` is where it begins.

        ``phone_number_id`` narrows it to one number; None means all that the user may see. Raises RedisError
        if Redis is away, SourceUnavailableError if the database is.
        """
        epoch, now = logs.epoch(self._redis), logs.now_ms(self._redis)
        scope = self._scopes([user_id]).get(user_id, {})
        accounts = _allowed(scope, phone_number_id, has_second_factor)
        tails, tail = logs.tails(self._redis, list(accounts)), _newest(self._redis, ephemeral.KEY)
        made = Subscription(
            user_id,
            phone_number_id,
            epoch,
            accounts,
            now,
            sights=_sights(scope),
            workspaces=_workspaces(scope, accounts),
            has_second_factor=has_second_factor,
            homes=_homes(scope),
        )
        with self._lock:
            is_unfollowed = any(account_id not in self._followed for account_id in accounts)
            for account_id in accounts:
                made.positions[account_id] = self._followed.setdefault(account_id, tails[account_id])
                self._subscriptions[account_id].add(made)
            self._open.add(made)
            if self._thread is None:
                self._ephemeral_from = tail
                self._thread = threading.Thread(target=self._run, name="live-events", daemon=True)
                self._thread.start()
        if is_unfollowed:
            self._wake()
        return made

    def unsubscribe(self, subscription: Subscription) -> None:
        """End and forget a subscription; harmless if that was done before."""
        subscription.end()
        with self._lock:
            self._open.discard(subscription)
            for account_id in subscription.accounts:
                self._leave(account_id, subscription)

    def _leave(self, account_id: UUID, subscription: Subscription) -> None:
        rest = self._subscriptions.get(account_id)
        if rest is None:
            return
        rest.discard(subscription)
        if not rest:
            del self._subscriptions[account_id]
            del self._followed[account_id]

    def _wake(self) -> None:
        """End the blocking read, so that the next one covers the accounts followed now."""
        try:
            with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.xadd(self._wake_key, {"w": b""}, maxlen=1)
                pipeline.expire(self._wake_key, _WAKE_KEPT_S)
                pipeline.execute()
        except RedisError as error:
            # The read ends by itself for the next chores.
            log.warning("event_listener_not_woken", error=type(error).__name__)

    # The methods from here on run in the listener's thread.

    def _run(self) -> None:
        wait_s, is_first = FIRST_WAIT_S, True
        while not self._is_idle():
            try:
                with self._connect() as client:
                    if not is_first:
                        # Some changes may never have been written: every page fetches afresh.
                        self._ephemeral_from = _newest(client, ephemeral.KEY)
                        self._reset_all(client)
                    reader = _Reader(client, self._wake_key, self._ephemeral_from)
                    is_first, wait_s = False, FIRST_WAIT_S
                    self._listen(client, reader)
                    return
            except (RedisError, SourceUnavailableError) as error:
                log.warning("event_listener_interrupted", error=type(error).__name__)
            except Exception:
                # One thread feeds every stream of the process, so an unforeseen error must not end it. The
                # reset that follows skips the entries that caused it.
                log.exception("event_listener_failed")
            is_first = False
            time.sleep(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def _is_idle(self) -> bool:
        with self._lock:
            if self._open:
                return False
            self._thread = None
            return True

    def _listen(self, client: Redis, reader: "_Reader") -> None:
        """Read and hand out until no stream is open. Raises RedisError if the connection is lost."""
        scopes_due = chores_due = counts_due = 0.0
        while not self._is_idle():
            if time.monotonic() >= chores_due:
                self._do_chores()
                chores_due = time.monotonic() + CHORES_EVERY_S
            if time.monotonic() >= counts_due:
                self._tell_counts()
                counts_due = time.monotonic() + COUNTS_EVERY_S
            if time.monotonic() >= scopes_due:
                self._check_scopes(client, None)
                scopes_due = time.monotonic() + SCOPES_EVERY_S
            with self._lock:
                followed = dict(self._followed)
            found = reader.read(followed, max(1, int((chores_due - time.monotonic()) * 1000)))
            if found.touched:
                self._check_scopes(client, found.touched)
                self._poke(found.touched)
            for account_id in found.trimmed:
                self._reset(account_id, logs.tails(client, [account_id])[account_id])
            for event in found.ephemeral:
                self._hand_on(event)
            if found.entries:
                self._hand_out(self._rendered(found.entries))

    def _tell_counts(self) -> None:
        """Say that counts may have changed, with what is unread on the numbers of which that is so.

        Asked once for all who see all of them, and in the same moment for all others; never for each stream.
        """
        with self._lock:
            due = {each: shown for each in self._open if (shown := each.take_recount())}
        if not due:
            return
        views = [
            (each, workspace_id, _viewer(each, workspace_id), numbers)
            for each, by_workspace in due.items()
            for workspace_id, numbers in by_workspace.items()
        ]
        try:
            unread = self._unread(
                {number for *_, numbers in views for number in numbers}, {viewer for _, _, viewer, _ in views}
            )
        except SourceUnavailableError as error:
            log.warning("counts_not_told", error=type(error.__cause__).__name__, streams=len(due))
            for each, by_workspace in due.items():
                each.recount(frozenset().union(*by_workspace.values()))
            return
        made: dict[Any, Unnumbered] = {}
        concerned = []
        for each, workspace_id, viewer, numbers in views:
            key = (workspace_id, viewer, numbers)
            told = made.get(key) or made.setdefault(key, _counts(workspace_id, viewer, numbers, unread))
            if each.offer([told]):
                concerned.append(each)
        tell_all(concerned)

    def _do_chores(self) -> None:
        try:
            self._chores()
        except Exception as error:  # noqa: BLE001  # they are due again in a second, and streams do not wait
            log.warning("event_chores_failed", error=type(error).__name__)

    def _rendered(self, entries: Sequence[LogEntry]) -> Sequence[LiveEvent]:
        """The entries' events. While the database is away this waits, and streams get only heartbeats."""
        wait_s = FIRST_WAIT_S
        while True:
            try:
                return self._render(entries)
            except SourceUnavailableError as error:
                log.warning("events_not_rendered", error=type(error.__cause__).__name__, entries=len(entries))
                if self._is_idle_now():
                    return []
            time.sleep(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def _is_idle_now(self) -> bool:
        with self._lock:
            return not self._open

    def _reset_all(self, client: Redis) -> None:
        with self._lock:
            followed = list(self._followed)
        for account_id, tail in logs.tails(client, followed).items():
            self._reset(account_id, tail)

    def _reset(self, account_id: UUID, at: Position) -> None:
        with self._lock:
            if account_id not in self._followed:
                return
            self._followed[account_id] = at
            concerned = [
                each for each in self._subscriptions[account_id] if each.offer([Reset({account_id: at})])
            ]
        tell_all(concerned)

    def _hand_out(self, events: Sequence[LiveEvent]) -> None:
        by_account: defaultdict[UUID, list[LiveEvent]] = defaultdict(list)
        for event in events:
            by_account[event.account_id].append(event)
        concerned: set[Subscription] = set()
        with self._lock:
            for account_id, own in by_account.items():
                read_to = self._followed.get(account_id)
                if read_to is None:
                    continue
                # If the account's last stream closed and another opened meanwhile, that one begins later.
                fresh = [event for event in own if event.at > read_to]
                if not fresh:
                    continue
                self._followed[account_id] = fresh[-1].at
                concerned.update(each for each in self._subscriptions[account_id] if each.offer(fresh))
        # Outside of the lock, and after all of them: who is woken has the rest to read as well.
        tell_all(concerned)

    def _hand_on(self, event: Ephemeral) -> None:
        shown = [Unnumbered(event.payload)]
        with self._lock:
            concerned = [
                each
                for each in self._open
                if event.is_for(each.user_id, each.workspaces, each.phone_number_id) and each.offer(shown)
            ]
        tell_all(concerned)

    def _poke(self, users: Collection[UUID]) -> None:
        with self._lock:
            for subscription in self._open:
                if subscription.user_id in users:
                    subscription.poke()

    def _check_scopes(self, client: Redis, users: Collection[UUID] | None) -> None:
        """Add the accounts that users may see by now, and end the streams of users who lost one.

        ``users`` None: those of all open streams.
        """
        with self._lock:
            concerned = [each for each in self._open if users is None or each.user_id in users]
        if not concerned:
            return
        # Taken before the query: what is written from then on is read from the log.
        now = logs.now_ms(client)
        try:
            scopes = self._scopes({each.user_id for each in concerned})
        except SourceUnavailableError as error:
            log.warning("event_scopes_not_checked", error=type(error.__cause__).__name__)
            return
        for each in concerned:
            scope = scopes.get(each.user_id, {})
            allowed = _allowed(scope, each.phone_number_id, each.has_second_factor)
            if each.accounts - allowed:
                each.end()
                continue
            self._look_anew(each, scope, allowed)
            for account_id in allowed - each.accounts:
                self._join(client, each, account_id)
            each.checked_ms = now

    def _look_anew(
        self, subscription: Subscription, scope: Mapping[UUID, Scope], allowed: Collection[UUID]
    ) -> None:
        """Who sees more or less than before fetches afresh: no event tells what came into sight or left."""
        sights = _sights(scope)
        with self._lock:
            changed = any(
                sights.get(account_id) != subscription.sights.get(account_id)
                for account_id in subscription.accounts
            )
            subscription.sights, subscription.workspaces = sights, _workspaces(scope, allowed)
            subscription.homes = _homes(scope)
            if changed:
                here = {account_id: self._followed[account_id] for account_id in subscription.accounts}
                subscription.offer([Reset(here)])
        if changed:
            subscription.tell()

    def _join(self, client: Redis, subscription: Subscription, account_id: UUID) -> None:
        tail = logs.tails(client, [account_id])[account_id]
        with self._lock:
            if subscription not in self._open:
                return
            up_to = self._followed.setdefault(account_id, tail)
            self._subscriptions[account_id].add(subscription)
            subscription.accounts.add(account_id)
            subscription.offer([Joined(account_id, (subscription.checked_ms - 1, 0), up_to)])
        subscription.tell()


def _allowed(scope: Mapping[UUID, Scope], phone_number_id: str | None, has_second_factor: bool) -> set[UUID]:
    return {
        account_id
        for account_id, of_account in scope.items()
        if (phone_number_id is None or phone_number_id in of_account.numbers)
        and (has_second_factor or not of_account.asks_second_factor)
    }


def _sights(scope: Mapping[UUID, Scope]) -> dict[UUID, Sight]:
    return {account_id: of_account.sight for account_id, of_account in scope.items()}


def _homes(scope: Mapping[UUID, Scope]) -> dict[UUID, tuple[UUID, Set[str]]]:
    return {
        account_id: (of_account.workspace_id, of_account.numbers) for account_id, of_account in scope.items()
    }


def _viewer(subscription: Subscription, workspace_id: UUID) -> UUID | None:
    """As whom counts are asked for; None: as anybody who sees all conversations of the numbers they see."""
    sight = subscription.workspaces.get(workspace_id)
    return None if sight is not None and sight.visibility is Visibility.ALL else subscription.user_id


def _counts(
    workspace_id: UUID,
    viewer: UUID | None,
    numbers: Set[str],
    unread: Mapping[tuple[UUID | None, str], int],
) -> Unnumbered:
    told = [
        {"phone_number_id": number, "unread_count": unread.get((viewer, number), 0)}
        for number in sorted(numbers)
    ]
    data = {"workspace_id": str(workspace_id), "numbers": told}
    return Unnumbered(Ephemeral("counts.updated", data).payload)


def _workspaces(scope: Mapping[UUID, Scope], accounts: Collection[UUID]) -> dict[UUID, Sight]:
    """What a member sees does not differ from one account of a workspace to the next."""
    return {scope[each].workspace_id: scope[each].sight for each in accounts}


def _newest(client: Redis, key: str) -> Position:
    newest: Any = client.xrevrange(key, count=1)
    return parse_position(newest[0][0]) if newest else START


@dataclass(frozen=True, slots=True)
class _Found:
    entries: list[LogEntry]
    ephemeral: list[Ephemeral]
    touched: set[UUID]
    trimmed: list[UUID]


class _Reader:
    """The blocking read over all logs in use, ephemeral events, the control stream and our wake-up key."""

    def __init__(self, client: Redis, wake_key: str, ephemeral_from: Position) -> None:
        self._client = client
        self._places = {key: _newest(client, key) for key in (CONTROL, wake_key)}
        self._places[ephemeral.KEY] = ephemeral_from

    def read(self, followed: Mapping[UUID, Position], block_ms: int) -> _Found:
        """What was written after these positions; empty after ``block_ms`` without anything, or if woken."""
        accounts = {logs.stream_key(account_id): account_id for account_id in followed}
        after = {key: followed[account_id] for key, account_id in accounts.items()} | self._places
        keys: dict[Any, Any] = {key: position_text(at) for key, at in after.items()}
        answer: Any = self._client.xread(keys, count=READ_COUNT, block=block_ms)
        found = _Found([], [], set(), [])
        for raw_key, rows in answer or ():
            key = raw_key.decode()
            if key in self._places:
                self._places[key] = parse_position(rows[-1][0])
                if key == CONTROL:
                    found.touched.update(logs.touched_users(rows))
                elif key == ephemeral.KEY:
                    found.ephemeral.extend(ephemeral.parse(rows))
                continue
            account_id = accounts[key]
            # With so many at once, some may have been trimmed before they were read.
            if len(rows) >= READ_COUNT and not logs.is_gapless(self._client, account_id, after[key]):
                found.trimmed.append(account_id)
            else:
                found.entries.extend(logs.parse(account_id, rows))
        return found

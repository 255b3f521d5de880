"""Who may be written to, and when: the timetable of sends, and the buckets that keep Meta's limits.

The timetable is a sorted set for each number: its conversations by the time at which each is due. A bucket is
one float (GCRA: the time at which it is empty again). The table of messages is the truth; the sweep puts back
from it what is lost here. Everything happens in scripts of Redis, by its clock, so that all workers share one
pace and each conversation is handed to one of them. Keys name conversations and Meta's ids of our numbers,
never people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID

import structlog
from redis import Redis
from redis.exceptions import RedisError

from livechat.core.after_commit import enqueue
from livechat.core.tasknames import TaskName
from livechat.domain.pace_rules import RULES, PaceRules

log = structlog.get_logger(__name__)

_PREFIX = "livechat:sends:"
# While this key lives, some dispatcher looks at the timetable many times a second, and a request need not
# send a task.
WAKE_KEY = _PREFIX + "wake"
WAKE_S = 2.0
# Rates are told again after this time, so that a Redis that came back empty has them too.
TELL_AGAIN_S = 60.0
# A timetable that nobody touches for this long belongs to a number that is paused or gone.
_KEEP_S = 7 * 24 * 3600

# Times are milliseconds with three decimals: Lua prints large numbers in full only when told so.
_HEAD = """
local prefix = ARGV[1]
local clock = redis.call('TIME')
local now = clock[1] * 1000 + clock[2] / 1000
local function ms(time) return string.format('%.3f', time) end
local function put(number, conversation, at, only_absent)
    local due = prefix .. 'due:' .. number
    local added
    if only_absent then
        added = redis.call('ZADD', due, 'NX', ms(at), conversation)
    else
        added = redis.call('ZADD', due, 'LT', ms(at), conversation)
    end
    redis.call('EXPIRE', due, tonumber(ARGV[2]))
    redis.call('ZADD', prefix .. 'numbers', 'LT', ms(at), number)
    return added
end
"""

# Put a conversation on the timetable. Answers 1 where nobody is awake: the caller has to wake someone.
_WAKE = (
    _HEAD
    + """
put(ARGV[4], ARGV[5], now, false)
if redis.call('SET', KEYS[1], 1, 'NX', 'PX', tonumber(ARGV[3])) then return 1 end
return 0
"""
)

_RESTORE = (
    _HEAD
    + """
local added = 0
for i = 3, #ARGV, 2 do
    added = added + put(ARGV[i], ARGV[i + 1], now, true)
end
return added
"""
)

# Hand out up to `limit` conversations that are due and have tokens. Numbers take turns.
_TAKE = (
    _HEAD
    + """
local wake_ms, limit = tonumber(ARGV[3]), tonumber(ARGV[4])
local default_mps, share, burst = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local pair_interval, pair_burst, recovery = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
redis.call('SET', KEYS[1], 1, 'PX', wake_ms)
for i = 11, #ARGV, 3 do
    put(ARGV[i], ARGV[i + 1], now + tonumber(ARGV[i + 2]), false)
end
local numbers = prefix .. 'numbers'
local function rate_of(number)
    local rate = redis.call('HMGET', prefix .. 'rate:' .. number, 'mps', 'slow', 'slow_at')
    local mps = (tonumber(rate[1]) or default_mps) * share
    if rate[2] then
        mps = mps * math.min(1, tonumber(rate[2]) + (now - tonumber(rate[3])) / recovery)
    end
    -- A number gets no burst until its own rate is known, which its first message tells.
    return 1000 / mps, rate[1] and burst or 0
end
local taken = {}
while #taken < limit * 2 do
    local ready = redis.call('ZRANGEBYSCORE', numbers, '-inf', ms(now), 'LIMIT', 0, limit - #taken / 2)
    if #ready == 0 then break end
    for _, number in ipairs(ready) do
        if #taken >= limit * 2 then break end
        local due = prefix .. 'due:' .. number
        local head = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
        if #head == 0 then
            redis.call('ZREM', numbers, number)
        elseif tonumber(head[2]) > now then
            redis.call('ZADD', numbers, head[2], number)
        else
            local bucket = prefix .. 'bucket:' .. number
            local empty = math.max(tonumber(redis.call('GET', bucket) or now), now)
            local interval, allowance = rate_of(number)
            if empty - now > allowance then
                redis.call('ZADD', numbers, ms(empty - allowance), number)
            else
                local pair = prefix .. 'pair:' .. head[1]
                local paid = math.max(tonumber(redis.call('GET', pair) or now), now)
                local borrowed = paid - now - pair_interval * (pair_burst - 1)
                if borrowed > 0 then
                    redis.call('ZADD', due, ms(now + borrowed), head[1])
                else
                    redis.call('ZREM', due, head[1])
                    paid, empty = paid + pair_interval, empty + interval
                    redis.call('SET', pair, ms(paid), 'PX', math.ceil(paid - now))
                    redis.call('SET', bucket, ms(empty), 'PX', math.ceil(empty - now))
                    taken[#taken + 1] = number
                    taken[#taken + 1] = head[1]
                end
                redis.call('ZADD', numbers, ms(now), number)
            end
        end
    end
end
local following = redis.call('ZRANGE', numbers, 0, 0, 'WITHSCORES')
local wait = -1
if #following > 0 then wait = math.max(0, math.ceil(tonumber(following[2]) - now)) end
return {wait, taken}
"""
)

# Return the recipients' tokens: nothing was sent with them.
_GIVE_BACK = (
    _HEAD
    + """
local pair_interval = tonumber(ARGV[3])
for i = 4, #ARGV, 2 do
    local pair = prefix .. 'pair:' .. ARGV[i + 1]
    local paid = tonumber(redis.call('GET', pair) or now) - pair_interval
    if paid > now then
        redis.call('SET', pair, ms(paid), 'PX', math.ceil(paid - now))
    else
        redis.call('DEL', pair)
    end
end
return 0
"""
)

# 130429: wait, and go on at a lower rate. Calls that were on their way meet the same limit; they count once.
_SLOW_DOWN = (
    _HEAD
    + """
local number = ARGV[3]
local factor, least, wait = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local recovery = tonumber(ARGV[7])
local key = prefix .. 'rate:' .. number
local known = redis.call('HMGET', key, 'slow', 'slow_at')
local slow = 1
if known[1] then
    if now - tonumber(known[2]) < wait then return 0 end
    slow = math.min(1, tonumber(known[1]) + (now - tonumber(known[2])) / recovery)
end
slow = math.max(least, slow * factor)
redis.call('HSET', key, 'slow', slow, 'slow_at', ms(now))
redis.call('EXPIRE', key, tonumber(ARGV[2]))
local bucket = prefix .. 'bucket:' .. number
local empty = math.max(tonumber(redis.call('GET', bucket) or now), now + wait + tonumber(ARGV[8]))
redis.call('SET', bucket, ms(empty), 'PX', math.ceil(empty - now))
return 1
"""
)

# 131056: somebody else has used up this customer's allowance. One message may go when its wait is over, and
# after it one in each interval.
_USE_UP = (
    _HEAD
    + """
local paid = now + tonumber(ARGV[4]) * (tonumber(ARGV[5]) - 1)
redis.call('SET', prefix .. 'pair:' .. ARGV[3], ms(paid), 'PX', math.ceil(paid - now))
return 1
"""
)

# Let the next request send a task, unless something becomes due soon. Answers the milliseconds until then, or
# -1 where the dispatcher may rest.
_REST = (
    _HEAD
    + """
local following = redis.call('ZRANGE', prefix .. 'numbers', 0, 0, 'WITHSCORES')
if #following > 0 then
    local wait = math.max(0, math.ceil(tonumber(following[2]) - now))
    if wait <= tonumber(ARGV[3]) then return wait end
end
redis.call('DEL', KEYS[1])
return -1
"""
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A conversation whose next message is due in ``wait_s`` seconds, 0: now."""

    phone_number_id: str
    conversation_id: UUID
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Taken:
    """Conversations with a token for one message each. More may be due in ``next_s`` seconds, None: never."""

    turns: Sequence[Turn] = ()
    next_s: float | None = None


class Pace:
    """The timetable in one Redis. Threads may share it. Raises RedisError while Redis is away."""

    def __init__(self, redis: Redis, rules: PaceRules = RULES) -> None:
        self.rules = rules
        self._redis = redis
        self._scripts = {
            script: redis.register_script(script)
            for script in (_WAKE, _RESTORE, _TAKE, _GIVE_BACK, _SLOW_DOWN, _USE_UP, _REST)
        }
        self._told: dict[str, tuple[float, float]] = {}

    def wake(self, phone_number_id: str, conversation_id: UUID) -> bool:
        """Put a conversation on the timetable, due now. True: nobody is awake, so the caller sends a task."""
        return bool(self._run(_WAKE, _ms(WAKE_S), phone_number_id, str(conversation_id)))

    def restore(self, turns: Iterable[Turn]) -> int:
        """Put those turns on the timetable, due now, that are missing from it; how many were missing."""
        arguments = [word for turn in turns for word in (turn.phone_number_id, str(turn.conversation_id))]
        return int(self._run(_RESTORE, *arguments)) if arguments else 0

    def take(self, limit: int, due: Iterable[Turn] = ()) -> Taken:
        """Put ``due`` on the timetable and take up to ``limit`` turns from it, with their tokens.

        Marks this dispatcher as awake for the next two seconds.
        """
        rules = self.rules
        arguments = [
            word
            for turn in due
            for word in (turn.phone_number_id, str(turn.conversation_id), _ms(turn.wait_s))
        ]
        wait_ms, taken = self._run(
            _TAKE,
            *(_ms(WAKE_S), limit, rules.default_mps, rules.share, _ms(rules.burst_s)),
            *(_ms(rules.pair_interval_s), rules.pair_burst, _ms(rules.recovery_s)),
            *arguments,
        )
        words = [word.decode() for word in taken]
        turns = [Turn(number, UUID(id_)) for number, id_ in zip(words[::2], words[1::2], strict=True)]
        return Taken(turns, wait_ms / 1000 if wait_ms >= 0 else None)

    def give_back(self, turns: Iterable[Turn]) -> None:
        """Return the recipients' tokens of turns to which nothing was sent.

        The number's tokens are not returned: they are not worth another call.
        """
        arguments = [word for turn in turns for word in (turn.phone_number_id, str(turn.conversation_id))]
        if arguments:
            self._run(_GIVE_BACK, _ms(self.rules.pair_interval_s), *arguments)

    def set_rate(self, phone_number_id: str, mps: float) -> None:
        """Tell all workers a number's rate, in messages a second. An unchanged rate is told once a minute."""
        told, at = self._told.get(phone_number_id, (0.0, 0.0))
        if told == mps and monotonic() - at < TELL_AGAIN_S:
            return
        key = f"{_PREFIX}rate:{phone_number_id}"
        with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.hset(key, "mps", str(mps))
            pipeline.expire(key, _KEEP_S)
            pipeline.execute()
        self._told[phone_number_id] = (mps, monotonic())

    def slow_down(self, phone_number_id: str) -> bool:
        """Meta said 130429: halve the rate after a second's wait. False where that was done already."""
        rules = self.rules
        is_first = self._run(
            _SLOW_DOWN,
            *(phone_number_id, rules.slow_factor, rules.slow_least, _ms(rules.slow_wait_s)),
            *(_ms(rules.recovery_s), _ms(rules.burst_s)),
        )
        if is_first:
            log.warning("number_slowed_down", phone_number_id=phone_number_id)
        return bool(is_first)

    def use_up(self, conversation_id: UUID) -> None:
        """Send this customer's next messages an interval apart, since Meta said 131056."""
        rules = self.rules
        self._run(_USE_UP, str(conversation_id), _ms(rules.pair_interval_s), rules.pair_burst)

    def rest(self, within_s: float) -> float | None:
        """Stop being awake: None, and the next request sends a task.

        Where something becomes due within ``within_s``, the dispatcher stays awake: the seconds until then.
        """
        wait_ms = self._run(_REST, _ms(within_s))
        return wait_ms / 1000 if wait_ms >= 0 else None

    def _run(self, script: str, *arguments: str | float) -> Any:
        return self._scripts[script](keys=[WAKE_KEY], args=[_PREFIX, _KEEP_S, *arguments])


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.3f}"


class LonePace:
    """What this process may send while Redis is away and no worker knows what the others send.

    It is asked ``rules.alone_mps`` times a second. Each time it lets one message of each number pass, and
    a customer's next message only after the pair interval.
    """

    def __init__(self, rules: PaceRules) -> None:
        self.every_s = 1 / rules.alone_mps
        self._pair_interval_s = rules.pair_interval_s
        self._written_at: dict[UUID, float] = {}

    def choose(self, due: Iterable[Turn], limit: int) -> list[Turn]:
        """Those of ``due`` that may be sent now."""
        now = monotonic()
        self._written_at = {
            id_: at for id_, at in self._written_at.items() if now - at < self._pair_interval_s
        }
        chosen: dict[str, Turn] = {}
        for turn in due:
            is_new = turn.phone_number_id not in chosen and turn.conversation_id not in self._written_at
            if is_new and len(chosen) < limit:
                chosen[turn.phone_number_id] = turn
        self._written_at |= dict.fromkeys((turn.conversation_id for turn in chosen.values()), now)
        return list(chosen.values())


def wake_sender(redis: Redis, phone_number_id: str, conversation_id: UUID) -> None:
    """See that somebody sends this conversation's message, which is committed.

    A task is sent only where nobody is awake, so that a thousand messages cost one task. While Redis or the
    broker is away, the sweep finds the message.
    """
    try:
        is_asleep = Pace(redis).wake(phone_number_id, conversation_id)
    except RedisError as error:
        # The broker may be another server, which is not away.
        log.warning("pace_unavailable", error=type(error).__name__)
        is_asleep = True
    if is_asleep:
        enqueue(TaskName.SEND, conversation_id=str(conversation_id))

"""What is seen of users: the last word of each of their sessions, in Redis, by ids alone.

A session that says nothing any more falls out by its deadline. All deadlines stand in one sorted set, from
which ``fallen_silent`` takes those that have passed: the keys' own ends only clean up after it. Times are
ours and not Redis's, so that a test can set them.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from redis import Redis

from livechat.presence.availability import Presence

# Others are told within a second of a deadline, of presence at most 5 s later: so at the latest 45 s and 90 s
# after the last word.
VIEWER_MS, GONE_MS = 43_000, 83_000
# One telling of a workspace's presence in this time.
TELL_EVERY_MS = 5_000
# The same word again so soon is not written: a page that floods us costs no write.
_SAME_MS = 1_000
# How many deadlines are taken at once.
_SLICE = 200
_DUE = "livechat:presence:due"
_CHANGED = "livechat:presence:changed"
_TELLING = "livechat:presence:telling"
_USER = "livechat:presence:user:"
_VIEWERS = "livechat:presence:viewers:"
_KEEP_MS = 120_000

# A session is "<a or i><when>:<conversation or nothing>:<1 if typing>" in its user's hash. In the hash of the
# conversation it is "<when>:<1 if typing>", by user and session.
_BEST = """
local function best(key, since)
  local found = ''
  for _, word in ipairs(redis.call('HVALS', key)) do
    if tonumber(word:match('^%a(%d+)')) > since then
      if word:sub(1, 1) == 'a' then return 'a' end
      found = 'i'
    end
  end
  return found
end
local function looks(key, user, since)
  local all, found = redis.call('HGETALL', key), ''
  for at = 1, #all, 2 do
    if all[at]:sub(1, 36) == user and tonumber(all[at + 1]:match('^(%d+)')) > since then
      local typing = all[at + 1]:sub(-1)
      if typing == '1' then return typing end
      found = typing
    end
  end
  return found
end
"""
_SAY = (
    _BEST
    + """
local user, session, state, now, conversation, typing = unpack(ARGV, 1, 6)
local viewers, gone, viewing, same, keep = ARGV[7], unpack(ARGV, 8, 11)
now, gone, viewing = tonumber(now), tonumber(gone), tonumber(viewing)
local key, who = KEYS[1], user .. ':' .. session
local last = redis.call('HGET', key, session)
local left, had, same_word = '', '', false
if last then
  local was_state, was_at, was_in, was_typing = last:match('^(%a)(%d+):(.-):(%d)$')
  had = was_in
  same_word = was_state == state and was_in == conversation and was_typing == typing
  if same_word and now - tonumber(was_at) < tonumber(same) then return {'', 0, 0} end
end
local was = best(key, now - gone)
redis.call('HSET', key, session, state .. now .. ':' .. conversation .. ':' .. typing)
redis.call('PEXPIRE', key, keep)
redis.call('ZADD', KEYS[2], now + gone, 's:' .. who)
local has_changed = was ~= best(key, now - gone)
if has_changed then
  redis.call('SADD', KEYS[3], user)
  redis.call('PEXPIRE', KEYS[3], keep)
end
if had ~= '' and had ~= conversation then
  local before = looks(viewers .. had, user, now - viewing)
  redis.call('HDEL', viewers .. had, who)
  redis.call('ZREM', KEYS[2], 'v:' .. had .. ':' .. who)
  if before ~= looks(viewers .. had, user, now - viewing) then left = had end
end
local is_new = false
if conversation ~= '' then
  local here = viewers .. conversation
  local before = looks(here, user, now - viewing)
  redis.call('HSET', here, who, now .. ':' .. typing)
  redis.call('PEXPIRE', here, keep)
  redis.call('ZADD', KEYS[2], now + viewing, 'v:' .. conversation .. ':' .. who)
  is_new = before ~= looks(here, user, now - viewing)
end
return {left, is_new and 1 or 0, has_changed and 1 or 0}
"""
)
_FALL_SILENT = """
local users, viewers, now = ARGV[1], ARGV[2], ARGV[3]
local told = {}
for _, each in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[4])) do
  redis.call('ZREM', KEYS[1], each)
  local kind, rest = each:sub(1, 1), each:sub(3)
  if kind == 's' then
    redis.call('HDEL', users .. rest:sub(1, 36), rest:sub(38))
    redis.call('SADD', KEYS[2], rest:sub(1, 36))
    redis.call('PEXPIRE', KEYS[2], ARGV[5])
  else
    redis.call('HDEL', viewers .. rest:sub(1, 36), rest:sub(38))
    told[#told + 1] = rest:sub(1, 36)
  end
end
return told
"""
_TAKE_CHANGED = """
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
if not redis.call('SET', KEYS[2], '', 'NX', 'PX', ARGV[1]) then return {} end
local users = redis.call('SMEMBERS', KEYS[1])
redis.call('DEL', KEYS[1])
return users
"""


@dataclass(frozen=True, slots=True)
class Word:
    """What one session of a user says of itself. Who types does so in the conversation that they view."""

    user_id: UUID
    session: str
    presence: Presence
    viewing: UUID | None = None
    is_typing: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What a word has changed for others."""

    # Where the user looks no more.
    left: UUID | None
    # Whether the user looks, or types, where they did not before.
    is_seen_there: bool
    has_changed_presence: bool


def say(redis: Redis, word: Word, now_ms: int) -> Heard:
    """Keep a session's word in place of its last one. Raises RedisError."""
    answer: Any = redis.eval(
        _SAY,
        3,
        f"{_USER}{word.user_id}",
        _DUE,
        _CHANGED,
        str(word.user_id),
        word.session,
        word.presence.value[0],
        now_ms,
        "" if word.viewing is None else str(word.viewing),
        int(word.is_typing and word.viewing is not None),
        _VIEWERS,
        GONE_MS,
        VIEWER_MS,
        _SAME_MS,
        _KEEP_MS,
    )
    left, is_seen_there, has_changed = answer
    return Heard(UUID(left.decode()) if left else None, bool(is_seen_there), bool(has_changed))


def fallen_silent(redis: Redis, now_ms: int) -> set[UUID]:
    """Forget the sessions whose deadline has passed; the conversations at which fewer look now.

    Each deadline goes to one caller alone. Users who may be absent by it wait for ``take_changed``.
    """
    answer: Any = redis.eval(_FALL_SILENT, 2, _DUE, _CHANGED, _USER, _VIEWERS, now_ms, _SLICE, _KEEP_MS)
    return {UUID(each.decode()) for each in answer}


def note_changed(redis: Redis, users: Collection[UUID]) -> None:
    """Have these told anew by the next ``take_changed``."""
    if users:
        with redis.pipeline(transaction=False) as pipeline:
            pipeline.sadd(_CHANGED, *map(str, users))
            pipeline.pexpire(_CHANGED, _KEEP_MS)
            pipeline.execute()


def take_changed(redis: Redis) -> set[UUID]:
    """Users of whom something has changed, for the caller to tell; empty again for TELL_EVERY_MS."""
    answer: Any = redis.eval(_TAKE_CHANGED, 2, _CHANGED, _TELLING, TELL_EVERY_MS)
    return {UUID(each.decode()) for each in answer}


def seen_of(redis: Redis, users: Sequence[UUID], now_ms: int) -> dict[UUID, Presence]:
    """What is seen of each of these users: the best of their sessions."""
    with redis.pipeline(transaction=False) as pipeline:
        for user_id in users:
            pipeline.hvals(f"{_USER}{user_id}")
        answers = cast(list[list[bytes]], pipeline.execute())
    return {user_id: _best(words, now_ms) for user_id, words in zip(users, answers, strict=True)}


def viewers_of(redis: Redis, conversation_id: UUID, now_ms: int) -> dict[UUID, bool]:
    """{who looks at the conversation: whether they type}."""
    words = cast(Mapping[bytes, bytes], redis.hgetall(f"{_VIEWERS}{conversation_id}"))
    found: dict[UUID, bool] = {}
    for who, word in words.items():
        at, _, typing = word.partition(b":")
        if int(at) > now_ms - VIEWER_MS:
            user_id = UUID(who[:36].decode())
            found[user_id] = found.get(user_id, False) or typing == b"1"
    return found


def viewers_among(redis: Redis, users: Sequence[UUID], now_ms: int) -> dict[UUID, dict[UUID, bool]]:
    """{conversation: {which of these users looks at it: whether they type}}."""
    with redis.pipeline(transaction=False) as pipeline:
        for user_id in users:
            pipeline.hvals(f"{_USER}{user_id}")
        answers = cast(list[list[bytes]], pipeline.execute())
    found: defaultdict[UUID, dict[UUID, bool]] = defaultdict(dict)
    for user_id, words in zip(users, answers, strict=True):
        for at, conversation, typing in (word[1:].split(b":") for word in words):
            if conversation and int(at) > now_ms - VIEWER_MS:
                here = found[UUID(conversation.decode())]
                here[user_id] = here.get(user_id, False) or typing == b"1"
    return dict(found)


def _best(words: Collection[bytes], now_ms: int) -> Presence:
    fresh = [word[:1] for word in words if int(word[1:].partition(b":")[0]) > now_ms - GONE_MS]
    if b"a" in fresh:
        return Presence.ACTIVE
    return Presence.IDLE if fresh else Presence.ABSENT

"""``GET /events``: what changes, as server-sent events (WHATWG HTML, section 9.2).

The request's database session ends before the first byte is sent. An open stream holds a socket, and while it
waits for events no thread.
"""

import time
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

import marshmallow as ma
import structlog
from flask import Flask, Response, current_app, request
from marshmallow import fields
from redis import Redis
from redis.exceptions import RedisError

from livechat.accounts.access import access_phone_number
from livechat.core.config import Settings
from livechat.core.database import each_by_itself
from livechat.core.errors import UnavailableError
from livechat.core.extensions import db, redis
from livechat.domain import clock
from livechat.domain.permissions import Permission
from livechat.live import event_log as logs
from livechat.live.event_log import LogEntry
from livechat.live.listener import Listener, Scope, SourceUnavailableError
from livechat.live.places import Place, take_place
from livechat.live.positions import Bookmark, Position
from livechat.live.subscription import Joined, LiveEvent, Reset, Subscription, Unnumbered
from livechat.presence.tell import tell_what_is_due
from livechat.stream.render import render, reset_payload, unread_now, visible_accounts
from livechat.stream.replays import KeptRendering
from livechat.stream.siblings import SharedRendering
from livechat.web.blueprint import ApiBlueprint
from livechat.web.context import settings as app_settings
from livechat.web.guards.auth import caller, current_user_id, token_expires_at
from livechat.web.guards.costs import Cost
from livechat.web.guards.limits import RateLimitedError
from livechat.web.schemas import opaque_id
from livechat.web.server.answers import LiveBody
from livechat.web.server.wakes import Resume, Wakes

log = structlog.get_logger(__name__)
bp = ApiBlueprint("events", __name__, description="What changes, while it changes.")

HEARTBEAT_S = 10.0
_HEARTBEAT = b": keep-alive\n\n"
_FIRST = b": connected\n\n"
_EXTENSION, _REPLAYS = "livechat_events", "livechat_event_replays"
# The most events in one write, and the most entries in one read of the event log.
_WRITE, _SLICE = 64, 500
# A user's own tabs close within moments.
_FULL_RETRY_AFTER_S = 10


class EventsQuerySchema(ma.Schema):
    phone_number_id = opaque_id("One of your numbers; left out: all of them, also those connected later.")


class EventsHeadersSchema(ma.Schema):
    last_event_id = fields.String(
        data_key="Last-Event-ID",
        metadata={"description": "The `id` of the last event that came: go on behind it, without a gap."},
    )


def init_events(app: Flask, settings: Settings) -> None:
    """Make the listener, which opens no connection before the first stream."""

    def scopes(user_ids: Collection[UUID]) -> Mapping[UUID, Mapping[UUID, Scope]]:
        with app.app_context():
            return visible_accounts(db.session, user_ids)

    def chores() -> None:
        with app.app_context():
            tell_what_is_due(db.session, redis.client)

    def unread(
        numbers: Collection[str], viewers: Collection[UUID | None]
    ) -> Mapping[tuple[UUID | None, str], int]:
        with app.app_context():
            return unread_now(db.session, numbers, viewers)

    with app.app_context():
        client = redis.client
    app.extensions[_REPLAYS] = KeptRendering(lambda entries: _rendered(app, entries))
    app.extensions[_EXTENSION] = Listener(
        lambda: _blocking_client(settings),
        client,
        SharedRendering(lambda entries: _rendered(app, entries), settings.database_url),
        scopes,
        chores,
        unread,
    )


def _blocking_client(settings: Settings) -> Redis:
    # The process's one client for blocking reads, whose time-out is longer than that of others.
    return Redis.from_url(
        settings.redis_url, socket_connect_timeout=2, socket_timeout=10, single_connection_client=True
    )


def _rendered(app: Flask, entries: Sequence[LogEntry]) -> list[LiveEvent]:
    # The end of the context gives the database connection back. Each statement sees what is committed when it
    # runs, within a transaction or not: without one there are two round trips less.
    with app.app_context(), each_by_itself(db.session) as session:
        return render(session, entries)


@bp.route("/events", costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.arguments(EventsQuerySchema, location="query")
@bp.arguments(EventsHeadersSchema(unknown=ma.EXCLUDE), location="headers")
@bp.response(
    HTTPStatus.OK,
    {"type": "string"},
    content_type="text/event-stream",
    description="`message.created`, `message.updated` and `conversation.updated`, each with an `id` and the "
    'data `{"message": …, "conversation": …}` (null what does not apply). `conversation.removed`, with '
    '`{"id": …}`: one has gone out of your sight, forget it. `reset`: events may have been missed, fetch '
    'again. `members.updated` has `{"workspace_id": …}` as its data: its name, members or teams have '
    'changed. `read.updated` comes to you alone, when you have read: `{"conversation_id": …, '
    '"my_unread_count": …, "counted_total": …, "read_total": …}`. `catalog.updated` has `{"kind": …, '
    '"version": …}`: fetch `labels`, `teams`, `canned_replies`, `views`, `attributes` or `macros` again, '
    "once for each version; conversations show labels and teams as they are there. Events "
    "that say what is true only now have no `id`: they are never sent again, and the `id` to resume behind "
    "stays that of the last event which had one. Of these `viewers.updated` says who looks at a conversation "
    'that you see: `{"conversation_id": …, "viewers": [{"user_id": …, "name": …, "typing": …}]}`; '
    '`presence.updated`, at most one in 5 s, has `{"workspace_id": …, "members": […]}`, with `user_id`, '
    "`presence`, `availability`, `availability_until` and `can_receive` of those of whom that has changed; "
    '`counts.updated`, at most one in 2 s, has `{"workspace_id": …, "numbers": [{"phone_number_id": …, '
    '"unread_count": …}]}`, of the numbers on which something was shown, as `GET /phone-numbers` has them '
    "for you; the numbers on the tabs may have changed too. "
    '`job.updated` comes to who started a bulk action, with `{"job": …}` as `GET /jobs/{id}` has it. '
    "After each connection ask for members once: what was told meanwhile is not told again. Leave out events "
    "that you do not know. A comment comes at least every 15 s. It ends with the token.",
)
@bp.problems(HTTPStatus.NOT_FOUND)
def stream_events(query: dict[str, Any], _headers: dict[str, Any]) -> Response:
    """Server-sent events, from this moment or behind `Last-Event-ID`."""
    user_id, number = current_user_id(), query.get("phone_number_id")
    if number is not None:
        access_phone_number(db.session, user_id, number)
    # From here on the request waits for Redis and then for events, and needs no database connection.
    db.session.remove()
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    if request.method == "HEAD":
        return Response(status=HTTPStatus.OK, headers=headers, content_type="text/event-stream")
    stream = _open(user_id, number, request.headers.get("Last-Event-ID"))
    return Response(stream, headers=headers, content_type="text/event-stream", direct_passthrough=True)


def _open(user_id: UUID, number: str | None, last_event_id: str | None) -> "EventStream":
    listener = cast(Listener, current_app.extensions[_EXTENSION])
    limits = app_settings()
    if listener.open_streams >= limits.event_streams_per_process:
        raise UnavailableError("This server has as many open streams as it can bear.")
    place = take_place(redis.client, user_id, limits.event_streams_per_user)
    if place is None:
        raise RateLimitedError("You have too many open streams.", retry_after_s=_FULL_RETRY_AFTER_S)
    try:
        subscription = listener.subscribe(user_id, number, has_second_factor=caller().has_second_factor)
    except SourceUnavailableError as error:
        place.leave()
        raise UnavailableError from error
    return EventStream(
        subscription,
        redis.client,
        current_app.extensions[_REPLAYS],
        last_event_id=last_event_id,
        seconds=(token_expires_at() - clock.now()).total_seconds(),
        on_close=lambda: _close(listener, subscription, place),
        renew=place.renew,
    )


def _close(listener: Listener, subscription: Subscription, place: Place) -> None:
    listener.unsubscribe(subscription)
    # Without Redis the place expires by itself.
    with suppress(RedisError):
        place.leave()


class EventStream(LiveBody):
    """The response's body: events and heartbeats until the client leaves or its token ends.

    An iterator with ``close`` rather than a generator: closing a generator that never began runs nothing.
    ``next`` makes what waits for Redis or the database: the opening, heartbeats, since they renew the place,
    and the end. Events that have come are ``ready``.
    """

    def __init__(
        self,
        subscription: Subscription,
        client: Redis,
        render_entries: Callable[[Sequence[LogEntry]], list[LiveEvent]],
        *,
        last_event_id: str | None,
        seconds: float,
        on_close: Callable[[], None],
        renew: Callable[[], object],
    ) -> None:
        self._subscription, self._redis, self._render = subscription, client, render_entries
        self._positions: dict[UUID, Position] = dict(subscription.positions)
        self._ends_at = time.monotonic() + seconds
        self._on_close, self._renew = on_close, renew
        self._renewed_at = self._commented_at = time.monotonic()
        self._is_closed = self._is_live = False
        self._chunks = self._body(last_event_id)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._is_closed:
            raise StopIteration
        return next(self._chunks)

    def attach(self, wakes: Wakes, resume: Resume) -> None:
        """Be written to by an event loop, and not by a thread that waits for items."""
        self._subscription.resume, self._subscription.waker = resume, wakes.wake

    def ready(self) -> bytes | None:
        """The events that have come; None before the opening is through, and when ``next`` has something."""
        now = time.monotonic()
        if not self._is_live or now >= min(self._ends_at, self._commented_at + HEARTBEAT_S):
            return None
        items = self._subscription.take_at_once(_WRITE)
        if items is None:
            return None
        return self._lines(items[0]) if len(items) == 1 else b"".join(map(self._lines, items))

    def close(self) -> None:
        """Free the subscription and the place; the server calls this at the end, whoever ended the stream."""
        if not self._is_closed:
            self._is_closed = True
            self._chunks.close()
            self._on_close()

    def _body(self, last_event_id: str | None) -> Generator[bytes]:
        yield _FIRST
        self._commented_at = time.monotonic()
        try:
            # The server makes bytes that are not ASCII an empty id, which is not understood: a reset.
            if last_event_id is not None:
                yield from self._resumed(last_event_id)
                self._subscription.recount()
            self._is_live = True
            if self._subscription.waker is not None:
                yield b""
            yield from self._live()
        except (RedisError, SourceUnavailableError) as error:
            # The browser reconnects with the last id that it got.
            log.warning("event_stream_ended", error=type(error).__name__)

    def _resumed(self, last_event_id: str) -> Iterator[bytes]:
        """The events from the bookmark to where the subscription begins; a reset if that is not possible."""
        bookmark = Bookmark.decode(last_event_id)
        here = self._subscription.positions
        if bookmark is None or bookmark.epoch != self._subscription.epoch or here.keys() - bookmark.positions:
            yield self._reset()
            return
        # All accounts at once: an id sent on the way must not skip an account that is replayed later.
        self._positions = {account_id: bookmark.positions[account_id] for account_id in here}
        for account_id, up_to in here.items():
            yield from self._replayed(account_id, bookmark.positions[account_id], up_to)

    def _replayed(self, account_id: UUID, after: Position, up_to: Position) -> Iterator[bytes]:
        self._positions[account_id] = after
        while True:
            found = logs.read_slice(self._redis, account_id, after, up_to, _SLICE)
            if not found.is_gapless:
                self._positions[account_id] = max(up_to, after)
                yield self._reset()
                return
            if not found.entries:
                break
            shown = [
                event.seen_by(self._subscription.user_id)
                for event in self._render(found.entries)
                if self._subscription.wants(event)
            ]
            if shown:
                yield b"".join(map(self._numbered, shown))
            after = found.entries[-1].at
        self._positions[account_id] = max(up_to, after)

    def _live(self) -> Iterator[bytes]:
        while (left_s := self._ends_at - time.monotonic()) > 0 and not self._subscription.is_ended:
            comment_due_s = max(0.0, self._commented_at + HEARTBEAT_S - time.monotonic())
            items = self._subscription.take(_WRITE, min(comment_due_s, left_s))
            chunk = b""
            for item in items:
                if not isinstance(item, Joined):
                    chunk += self._lines(item)
                    continue
                if chunk:
                    yield chunk
                    chunk = b""
                yield from self._replayed(item.account_id, item.after, item.up_to)
            # Also among many events: a client may watch for the comments alone.
            if not chunk or time.monotonic() - self._commented_at >= HEARTBEAT_S:
                chunk += _HEARTBEAT
                self._commented_at = time.monotonic()
            yield chunk
            self._keep_place()
        skipped = self._subscription.skipped
        if skipped is not None:
            self._positions.update(skipped)
            yield self._reset()

    def _keep_place(self) -> None:
        if time.monotonic() - self._renewed_at >= HEARTBEAT_S:
            self._renewed_at = time.monotonic()
            # Without Redis no other stream gets a place either.
            with suppress(RedisError):
                self._renew()

    def _lines(self, item: LiveEvent | Reset | Unnumbered) -> bytes:
        if isinstance(item, LiveEvent):
            return self._numbered(item)
        if isinstance(item, Reset):
            self._positions.update(item.positions)
            return self._reset()
        return item.payload

    def _numbered(self, event: LiveEvent) -> bytes:
        positions, epoch = self._positions, self._subscription.epoch
        positions[event.account_id] = event.at
        if len(positions) > 1:
            return self._id() + event.payload
        lines = event.numbered.get(epoch)
        if lines is None:
            lines = event.numbered[epoch] = self._id() + event.payload
        return lines

    def _reset(self) -> bytes:
        return self._id() + reset_payload()

    def _id(self) -> bytes:
        return b"id: " + Bookmark(self._subscription.epoch, self._positions).encode().encode() + b"\n"

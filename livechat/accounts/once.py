"""A request that makes something makes it once, however often it is sent under one ``Idempotency-Key``."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import orjson

from livechat.accounts.queries.request_keys import Place, request_of, take_key, write_made
from livechat.core.errors import IdempotencyConflictError, NotFoundError
from livechat.core.session import AnySession


@dataclass(frozen=True, slots=True)
class Request:
    """A request with a key. ``made_id``: what it made when it came first; None: it has yet to.

    ``id`` is random, and the same however often it comes.
    """

    id: UUID
    place: Place
    made_id: UUID | None

    def made(self, session: AnySession, object_id: UUID) -> None:
        """Note what it made, in the transaction that makes it: if that fails, the key is free."""
        write_made(session, self.id, self.place, object_id)


def once(session: AnySession, user_id: UUID, scope: str, key: str | None, asked: Any) -> Request | None:
    """The request under this key; None for one without. Of two at once the second waits for the first.

    ``scope`` is what keys are apart by: what is made, and where. Raises IdempotencyConflictError where the
    key named another request.
    """
    if key is None:
        return None
    place, request_id = (user_id, scope, key), uuid4()
    digest = sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).digest()
    if take_key(session, place, request_id, digest):
        return Request(request_id, place, None)
    earlier = request_of(session, place)
    if earlier is None:
        # It was forgotten between the two statements.
        raise NotFoundError("What this request made is not known any more.")
    if bytes(earlier.request_digest) != digest:
        raise IdempotencyConflictError("Use a new key for a new request.")
    return Request(earlier.request_id, place, earlier.made_id)

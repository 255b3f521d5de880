"""Fetches a customer's file from Meta into our store: claim, look up, download, examine, store, record.

No transaction is open while it waits for Meta or for the store. A worker may die at any point: its claim ends
within ``hold_s``, and the sweep sends another task. The next fetch overwrites what the worker left in the
store, since names there follow from the file's id; the sweep clears the working folder.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import structlog

from livechat.accounts.pause import Caller, learn_from_answer, open_token
from livechat.core.config import Settings
from livechat.core.metrics import MEDIA_FETCHES, observe_graph
from livechat.core.session import AnySession
from livechat.domain.retry import MEDIA_FETCH, RetryPolicy, delay_for
from livechat.files import queries
from livechat.files.formats import facts
from livechat.files.formats.facts import Facts
from livechat.files.formats.filenames import harmless
from livechat.files.formats.pictures import THUMBNAIL_TYPE
from livechat.files.queries import FetchClaim
from livechat.live.publish import publish
from livechat.storage import (
    Storage,
    StorageError,
    Workspace,
    key_of,
    open_storage,
    thumbnail_key_of,
    workspace_of,
)
from livechat.whatsapp.graph.error_codes import Disposition
from livechat.whatsapp.graph.graph_errors import GraphError
from livechat.whatsapp.graph.media_client import (
    MAX_INBOUND_BYTES,
    FetchFailedError,
    MediaClient,
    digest_matches,
    too_large,
    transfer_time_limit_s,
)

log = structlog.get_logger(__name__)

# Another worker may claim a dead worker's file after so long; a living worker renews its claim before.
HOLD_S = 60.0
RENEW_EVERY_S = 10.0
EXPIRED = "WhatsApp keeps files for seven days, and this one could not be fetched in that time."
GONE = "WhatsApp no longer has this file."


@dataclass(frozen=True, slots=True)
class Fetcher:
    """What this process fetches with: a client of Meta, the store, a working folder."""

    client: MediaClient
    storage: Storage
    workspace: Workspace
    encryption_keys: tuple[str, ...] = field(repr=False)
    hold_s: float = HOLD_S
    policy: RetryPolicy = MEDIA_FETCH

    @classmethod
    def from_settings(cls, settings: Settings) -> "Fetcher":
        """A fetcher that all threads of a process can share."""
        client = MediaClient(
            settings.whatsapp_api_url,
            settings.whatsapp_api_version,
            connect_timeout_s=settings.graph_connect_timeout_s,
            read_timeout_s=settings.graph_read_timeout_s,
            observer=observe_graph,
        )
        return cls(client, open_storage(settings), workspace_of(settings), settings.encryption_keys)


def longest_fetch_s(settings: Settings) -> float:
    """How many seconds a fetch may take: two calls to Meta, the largest download, examining the file.

    Storing is left out: it has no time limit. A fetch that runs twice does no harm.
    """
    call_s = settings.graph_connect_timeout_s + settings.graph_read_timeout_s
    return 2 * call_s + transfer_time_limit_s(MAX_INBOUND_BYTES) + facts.LONGEST_LOOK_S


class ClaimLostError(Exception):
    """The claim ended while we worked; whoever claimed the file since goes on."""


def fetch_media(session: AnySession, fetcher: Fetcher, media_id: UUID, *, rng: Random | None = None) -> str:
    """Commits around the work: fetch a file; returns how it went.

    That is ``ready``, ``again``, ``failed``, ``paused``, ``idle`` (nothing to do) or ``lost`` (the claim
    ended). It may run several times, also at once, without harm.
    """
    claimed = queries.claim(session, media_id, fetcher.hold_s)
    session.commit()
    if claimed is None:
        return "idle"
    try:
        outcome = _attempt(session, fetcher, claimed)
    except ClaimLostError:
        log.warning("media_claim_lost", media_id=str(media_id))
        return "lost"
    result = _record(session, fetcher, claimed, outcome, rng)
    MEDIA_FETCHES.labels(result).inc()
    return result


def _attempt(
    session: AnySession, fetcher: Fetcher, claimed: FetchClaim
) -> dict[str, Any] | GraphError | FetchFailedError:
    """The columns of the file that was stored, or the error that prevented it."""
    if claimed.is_expired:
        return FetchFailedError("expired", EXPIRED, is_final=True)
    holder = _Holder(session, fetcher, claimed)
    try:
        token = open_token(claimed.access_token_encrypted, fetcher.encryption_keys)
        with fetcher.workspace.file() as path:
            digest, size = _download(fetcher, claimed, token, path, holder)
            holder.renew()
            known = facts.learn(path, claimed=claimed.claimed_mime_type, filename=claimed.filename)
            holder.renew()
            has_thumbnail = _store(fetcher, claimed, path, known, holder)
    except (GraphError, FetchFailedError) as error:
        return error
    except (StorageError, OSError) as error:
        # Our trouble, not Meta's: a full disk, a store that is away.
        log.error("media_not_stored", media_id=str(claimed.media_id), error=type(error).__name__)
        return FetchFailedError("not_stored", "The file could not be stored.")
    return {
        "mime_type": known.mime_type,
        "size": size,
        "digest": digest,
        "filename": harmless(claimed.filename),
        "has_thumbnail": has_thumbnail,
        "width": known.width,
        "height": known.height,
        "duration": known.duration,
        "waveform": known.waveform,
        "is_animated": known.is_animated,
    }


def _download(
    fetcher: Fetcher, claimed: FetchClaim, token: str, path: Path, holder: "_Holder"
) -> tuple[str, int]:
    if claimed.meta_id is None:
        raise FetchFailedError("no_id", GONE, is_final=True)
    # Always a fresh address: one from a webhook lives five minutes, and most retries come later.
    try:
        info = fetcher.client.look_up(claimed.meta_id, claimed.phone_number_id, token)
    except GraphError as error:
        if _means_gone(error):
            raise FetchFailedError("gone", GONE, is_final=True) from error
        raise
    if info.file_size is not None and info.file_size > MAX_INBOUND_BYTES:
        raise too_large(MAX_INBOUND_BYTES)
    got = fetcher.client.download(info.url, token, path, on_progress=holder.renew_now_and_then)
    claimed_digest = claimed.claimed_digest or info.sha256
    if claimed_digest is not None and not digest_matches(claimed_digest, got.sha256):
        raise FetchFailedError("wrong_digest", "The file arrived damaged.")
    return got.sha256, got.size


def _means_gone(error: GraphError) -> bool:
    """Whether Meta no longer has the *file*. In other calls this code is about the number and pauses it."""
    return error.code == 33 or (error.code, error.subcode) == (100, 33)


def _store(fetcher: Fetcher, claimed: FetchClaim, path: Path, known: Facts, holder: "_Holder") -> bool:
    """Put the file and, if one can be made, its thumbnail into the store; True if there is a thumbnail."""
    with fetcher.workspace.file() as small, fetcher.workspace.file() as scratch:
        has_thumbnail = facts.write_thumbnail(path, known, small, scratch)
        holder.renew()
        if has_thumbnail:
            fetcher.storage.put(thumbnail_key_of(claimed.media_id), small, THUMBNAIL_TYPE)
        fetcher.storage.put(key_of(claimed.media_id), path, known.mime_type)
    return has_thumbnail


def _record(
    session: AnySession,
    fetcher: Fetcher,
    claimed: FetchClaim,
    outcome: dict[str, Any] | GraphError | FetchFailedError,
    rng: Random | None,
) -> str:
    """Commits the outcome; returns it as ``fetch_media`` does."""
    if isinstance(outcome, dict):
        result = "ready" if queries.record_ready(session, claimed, outcome) else "lost"
    elif isinstance(outcome, GraphError) and outcome.disposition is Disposition.PAUSE:
        # Account trouble pauses the number, and its files wait until it is resumed.
        sentence = str(outcome.as_message_error()["detail"])
        caller = Caller(claimed.phone_number_id, claimed.access_token_encrypted, claimed.claimed_at)
        learn_from_answer(session, outcome, caller)
        queries.release(session, claimed, wait_s=0, sentence=sentence, counts=False)
        result = "paused"
    else:
        result = _record_trouble(session, fetcher, claimed, outcome, rng)
    publish(session, updated=queries.messages_of(session, [claimed.media_id]))
    session.commit()
    if result != "ready":
        log.warning(
            "media_not_fetched",
            media_id=str(claimed.media_id),
            phone_number_id=claimed.phone_number_id,
            outcome=result,
            reason=outcome.reason if isinstance(outcome, FetchFailedError) else None,
            code=outcome.code if isinstance(outcome, GraphError) else None,
            attempt=claimed.attempt,
        )
    return result


def _record_trouble(
    session: AnySession,
    fetcher: Fetcher,
    claimed: FetchClaim,
    error: GraphError | FetchFailedError,
    rng: Random | None,
) -> str:
    if isinstance(error, FetchFailedError):
        sentence, is_final, retry_after_s = error.sentence, error.is_final, None
    else:
        sentence = str(error.as_message_error()["detail"])
        # Only a code that Meta calls permanent is final; an answer without one may come from a proxy.
        is_final = error.code is not None and error.disposition is Disposition.REJECT
        retry_after_s = error.retry_after_s
    wait_s = None if is_final else delay_for(claimed.attempt, fetcher.policy, retry_after_s, rng)
    if wait_s is None:
        queries.record_failed(session, claimed, sentence)
        return "failed"
    queries.release(session, claimed, wait_s=wait_s, sentence=sentence)
    return "again"


class _Holder:
    """Renews a claim while its file is worked on."""

    def __init__(self, session: AnySession, fetcher: Fetcher, claimed: FetchClaim) -> None:
        self._session = session
        self._claimed = claimed
        self._hold_s = fetcher.hold_s
        self._every_s = min(RENEW_EVERY_S, fetcher.hold_s / 3)
        self._renewed_at = time.monotonic()

    def renew_now_and_then(self) -> None:
        """Commits a renewal if one is due; called for every piece of a download. Raises ClaimLostError."""
        if time.monotonic() - self._renewed_at >= self._every_s:
            self.renew()

    def renew(self) -> None:
        """Commits a renewal: the claim holds for ``hold_s`` from now. Raises ClaimLostError."""
        held = queries.renew(self._session, self._claimed, self._hold_s)
        self._session.commit()
        if not held:
            raise ClaimLostError
        self._renewed_at = time.monotonic()

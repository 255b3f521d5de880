"""One conversation's messages to Meta, in order: claim, commit, call, record, commit.

This service commits by itself, as an exception: no transaction and no connection may be held while Meta
answers, and what Meta said must be kept even if the next message meets trouble.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError, OperationalError

from livechat.config import Settings
from livechat.domain.retry import CONNECT, PAIR, SEND, RetryPolicy, delay_for
from livechat.metrics import observe_graph
from livechat.queries import outgoing
from livechat.queries.live_events import messages_of_wamid
from livechat.queries.outgoing import Claim
from livechat.queries.session import AnySession
from livechat.services.apply_status import WINDOW_CLOSED, settle_parked
from livechat.services.crypto import UndecryptableTokenError, decrypt_token
from livechat.services.media.to_meta import OutgoingFiles
from livechat.services.pause import pause_number
from livechat.services.publish import publish
from livechat.services.refusals import learn_from_refusal
from livechat.whatsapp.client import Accepted, GraphClient
from livechat.whatsapp.errors import Disposition, GraphError
from livechat.whatsapp.outgoing import body_for, callback_data

log = structlog.get_logger(__name__)

# After so many messages, or so long, a conversation goes to the end of the queue: others wait too.
MESSAGES_PER_RUN = 20
SECONDS_PER_RUN = 60.0
# Short, so that a thread which helps others comes back to tasks that are not sends.
SECONDS_OF_HELP = 5.0
# What a claim is granted beyond the call's own time-outs: name resolution, a busy machine, writing the
# outcome.
CLAIM_SLACK_S = 15.0
# Meta's answer is worth more than one try at writing it down: without it the message ends as ``unknown``.
RECORD_WAITS_S = (0.1, 0.5, 2.0)

UNCONFIRMED = {
    "code": None,
    "title": "Not confirmed by WhatsApp",
    "detail": "WhatsApp may or may not have taken this message. It is not sent again by itself, since the "
    "customer could get it twice; the status changes as soon as WhatsApp reports on it.",
    "retryable": True,
}


@dataclass(frozen=True, slots=True)
class Sender:
    """How this process reaches Meta. A claim holds for ``hold_s``, so that no living sender loses it."""

    graph: GraphClient
    encryption_keys: tuple[str, ...] = field(repr=False)
    hold_s: float
    files: OutgoingFiles | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> "Sender":
        """One for the process: its client is made for use by many threads."""
        connect_s, read_s = settings.graph_connect_timeout_s, settings.graph_read_timeout_s
        graph = GraphClient(
            settings.whatsapp_api_url,
            settings.whatsapp_api_version,
            connect_timeout_s=connect_s,
            read_timeout_s=read_s,
            observer=observe_graph,
        )
        hold_s = connect_s + read_s + CLAIM_SLACK_S
        return cls(graph, settings.encryption_keys, hold_s, OutgoingFiles.from_settings(settings))

    def content_of(self, claim: Claim, token: str) -> dict[str, Any]:
        """The message's content with Meta's ids of its files. Raises GraphError: nothing has been sent."""
        return claim.content if self.files is None else self.files.content_of(claim, token, self.hold_s)


def deliver(
    session: AnySession,
    sender: Sender,
    conversation_id: UUID,
    *,
    limit: int = MESSAGES_PER_RUN,
    rng: Random | None = None,
) -> bool:
    """Send what is outstanding and due. True when it stopped for others' sake: enqueue it again.

    Runs beside itself without harm: whoever holds the claim goes on, the other stops. An unforeseen
    exception leaves the message ``sending`` until its deadline, when the sweep makes it ``unknown``.
    """
    claim = _claim(session, lambda: outgoing.claim_next(session, conversation_id, sender.hold_s))
    return _deliver_from(session, sender, claim, limit, rng)


def deliver_waiting(session: AnySession, sender: Sender, *, rng: Random | None = None) -> None:
    """Send what is due in other conversations, for as long as there is something and for some seconds.

    A worker's threads wait for Meta most of the time, while the broker hands out tasks one by one, each at
    the price of a few synchronous writes. So a thread that has finished its own conversation looks into the
    table for another; the task of that one then finds nothing left to do.
    """
    ends_at = time.monotonic() + SECONDS_OF_HELP
    while time.monotonic() < ends_at:
        claim = _claim(session, lambda: outgoing.claim_waiting(session, sender.hold_s))
        if claim is None:
            return
        _deliver_from(session, sender, claim, MESSAGES_PER_RUN, rng)


def _deliver_from(
    session: AnySession, sender: Sender, claim: Claim | None, limit: int, rng: Random | None
) -> bool:
    ends_at = time.monotonic() + SECONDS_PER_RUN
    for tried in range(1, limit + 1):
        if claim is None:
            return False
        outcome = _attempt(sender, claim)
        goes_on = tried < limit and time.monotonic() < ends_at
        claim = _record_surely(session, claim, outcome, rng, hold_s=sender.hold_s if goes_on else None)
        if not goes_on:
            return True
    return False


def record(session: AnySession, claim: Claim, outcome: Accepted | GraphError, rng: Random | None) -> None:
    """Write down what a call came to: the one place where a send's outcome changes a row. The caller commits.

    Safe to repeat, as after a lost connection whose commit may have gone through.
    """
    if isinstance(outcome, Accepted):
        row = outgoing.record_accepted(session, claim.message_id, outcome.wamid)
        if row is None or row.wamid != outcome.wamid:
            log.error("wamid_not_recorded", message_id=str(claim.message_id), wamid=outcome.wamid)
        elif row.has_news:
            settle_parked(session, [outcome.wamid])
        if claim.message_type == "reaction":
            outgoing.record_own_reaction(session, claim, outcome.wamid)
        return
    match outcome.disposition:
        case Disposition.RETRY:
            # Without an answer nothing was said about this message, and a network comes back.
            was_reached = outcome.code is not None or outcome.http_status is not None
            _again(session, claim, outcome, SEND if was_reached else CONNECT, rng)
        case Disposition.PAIR_LIMIT:
            _again(session, claim, outcome, PAIR, rng)
        case Disposition.PAUSE:
            pause_number(
                session,
                claim.phone_number_id,
                outcome.code,
                str(outcome.as_message_error()["detail"]),
                token_used=claim.access_token_encrypted,
            )
            _release(session, claim, outcome, wait_s=0, counts=False)
        case Disposition.REJECT:
            outgoing.record_failed(session, claim.message_id, outcome.as_message_error())
            if outcome.code == WINDOW_CLOSED:
                outgoing.record_window_refused(session, claim.conversation_id)
            learn_from_refusal(session, claim.conversation_id, claim.phone_number_id, outcome.code)
        case Disposition.UNKNOWN:
            outgoing.record_unknown(session, claim.message_id, UNCONFIRMED | {"code": outcome.code})


def _claim(session: AnySession, claim_one: Callable[[], Claim | None]) -> Claim | None:
    try:
        claim = claim_one()
        if claim is not None:
            publish(session, updated={claim.message_id: claim.conversation_id})
        session.commit()
    except IntegrityError as error:
        session.rollback()
        if "uq_chat_messages_sending" not in str(error.orig):
            raise
        return None
    return claim


def _attempt(sender: Sender, claim: Claim) -> Accepted | GraphError:
    """Call Meta, with no transaction open. A row that cannot be sent gives an error too: nothing may loop."""
    try:
        token = decrypt_token(claim.access_token_encrypted, sender.encryption_keys)
    except UndecryptableTokenError:
        return GraphError(
            None,
            "The stored access token cannot be read",
            "The access token was encrypted with a key that is gone. Connect the number again.",
            disposition=Disposition.PAUSE,
        )
    try:
        body = body_for(
            claim.message_type,
            sender.content_of(claim, token),
            to_phone=claim.to_phone,
            to_user_id=claim.to_user_id,
            group_id=claim.group_id,
            reply_to_wamid=claim.reply_to_wamid,
            callback_data=callback_data(claim.message_id),
        )
    except GraphError as error:
        _log_refusal(claim, error)
        return error
    except (KeyError, TypeError, ValueError) as error:
        log.error("send_not_buildable", message_id=str(claim.message_id), error=type(error).__name__)
        return GraphError(
            None,
            "The message cannot be sent",
            "What was stored of this message does not make a WhatsApp message.",
            disposition=Disposition.REJECT,
        )
    try:
        return sender.graph.send(claim.phone_number_id, token, body)
    except GraphError as error:
        _log_refusal(claim, error)
        if sender.files is not None and error.disposition is Disposition.REJECT:
            sender.files.distrust(claim)
        return error


def _log_refusal(claim: Claim, error: GraphError) -> None:
    log.warning(
        "send_refused",
        message_id=str(claim.message_id),
        conversation_id=str(claim.conversation_id),
        phone_number_id=claim.phone_number_id,
        disposition=error.disposition.value,
        code=error.code,
        http_status=error.http_status,
        fbtrace_id=error.fbtrace_id,
        attempt=claim.attempt,
    )


def _record_surely(
    session: AnySession,
    claim: Claim,
    outcome: Accepted | GraphError,
    rng: Random | None,
    *,
    hold_s: float | None,
) -> Claim | None:
    """Record, claim the next message for ``hold_s`` seconds in the same transaction, and commit.

    Recording is tried again after a lost connection, a deadlock, or a wamid that comes in just now; then the
    next message is left to a claim of its own.
    """
    following: Claim | None = None
    separately = False
    for wait_s in (*RECORD_WAITS_S, None):
        try:
            record(session, claim, outcome, rng)
            publish(session, updated=_changed(session, claim))
            if hold_s is not None and not separately:
                following = outgoing.claim_next(session, claim.conversation_id, hold_s)
            session.commit()
        except (OperationalError, IntegrityError) as error:
            session.rollback()
            log.warning("record_repeated", message_id=str(claim.message_id), error=type(error).__name__)
            if wait_s is None:
                raise
            time.sleep(wait_s)
            separately = True
        else:
            break
    if hold_s is not None and separately:
        return _claim(session, lambda: outgoing.claim_next(session, claim.conversation_id, hold_s))
    return following


def _changed(session: AnySession, claim: Claim) -> dict[UUID, UUID]:
    """{message: conversation}: the message itself, and the one that a reaction stands on."""
    changed = {claim.message_id: claim.conversation_id}
    if claim.message_type == "reaction":
        changed |= messages_of_wamid(session, claim.content["reaction"]["message_id"])
    return changed


def _again(
    session: AnySession, claim: Claim, error: GraphError, policy: RetryPolicy, rng: Random | None
) -> None:
    wait_s = delay_for(claim.attempt, policy, error.retry_after_s, rng)
    if wait_s is None:
        outgoing.record_failed(session, claim.message_id, error.as_message_error() | {"retryable": True})
    else:
        _release(session, claim, error, wait_s=wait_s, counts=True)


def _release(session: AnySession, claim: Claim, error: GraphError, *, wait_s: float, counts: bool) -> None:
    if outgoing.release(session, claim.message_id, wait_s=wait_s, counts=counts):
        return
    # The deadline passed while Meta was refusing. Later messages may have gone out since, so this one does
    # not return to the queue; but it is known now that it was not sent.
    outgoing.record_failed(
        session, claim.message_id, error.as_message_error() | {"retryable": True}, only_unknown=True
    )

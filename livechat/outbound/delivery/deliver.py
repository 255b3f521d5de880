"""One message to Meta: the call, and what becomes of the message. ``dispatch`` decides which and when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import structlog

from livechat.accounts.pause import Caller, learn_from_answer, open_token
from livechat.conversations.queries.thread_pages import messages_of_wamid, messages_quoting
from livechat.core.config import Settings
from livechat.core.database import is_outage
from livechat.core.graph import new_graph_client
from livechat.core.session import AnySession
from livechat.customers.lessons import Lesson, learn
from livechat.domain.phone import digits_or_none
from livechat.domain.retry import CONNECT, PAIR, SEND, RetryPolicy, delay_for
from livechat.outbound.delivery.apply_status import WINDOW_CLOSED, settle_parked
from livechat.outbound.delivery.refusals import learn_from_refusal
from livechat.outbound.delivery.to_meta import ClaimLostError, OutgoingFiles, distrust_files_of
from livechat.outbound.queries import claims as outgoing
from livechat.outbound.queries.claims import AcceptedRow, Claim
from livechat.whatsapp.graph.client import Accepted, GraphClient
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError
from livechat.whatsapp.sending.outgoing import body_for, callback_data

log = structlog.get_logger(__name__)

# A run of the dispatcher hands over to a fresh task after so long.
SECONDS_PER_RUN = 60.0
# What a claim is granted beyond the call's own time-outs: name resolution, a busy machine, writing the
# outcome.
CLAIM_SLACK_S = 15.0
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
        hold_s = connect_s + read_s + CLAIM_SLACK_S
        return cls(
            new_graph_client(settings),
            settings.encryption_keys,
            hold_s,
            OutgoingFiles.from_settings(settings),
        )

    def content_of(self, claim: Claim, token: str) -> dict[str, Any]:
        """The message's content with Meta's ids of its files. Raises GraphError: nothing has been sent."""
        return claim.content if self.files is None else self.files.content_of(claim, token, self.hold_s)


class Lost:
    """Nothing was sent and nothing is to be written down: the message is no longer this sender's."""


Outcome = Accepted | GraphError | Lost


def record_plain(single: AnySession, calls: Sequence[tuple[Claim, Outcome]]) -> dict[UUID, AcceptedRow]:
    """Write down those calls that one statement can, nearly all; their messages, as they are now.

    Plain is a message that Meta took, that changes no other, of which no status and no quote came before its
    answer, and whose answer teaches nothing of the customer.
    ``single`` makes the statement a transaction of its own. Safe to repeat.
    """
    plain = {
        claim.message_id: outcome.wamid
        for claim, outcome in calls
        if isinstance(outcome, Accepted) and claim.message_type != "reaction" and not _lesson(claim, outcome)
    }
    rows = outgoing.record_accepted(single, plain, without_news=True) if plain else {}
    for message_id, row in rows.items():
        _check_recorded(message_id, row, plain[message_id])
    return rows


def record_all(
    session: AnySession,
    calls: Sequence[tuple[Claim, Outcome]],
    rng: Random | None = None,
    *,
    learns: bool = True,
) -> None:
    """Write down what these calls came to; the caller commits. Safe to repeat, as after a lost connection.

    ``learns`` False leaves alone what they teach of the customer: what became of the message matters more.
    """
    accepted = [(claim, outcome) for claim, outcome in calls if isinstance(outcome, Accepted)]
    lessons = [lesson for claim, outcome in accepted if (lesson := _lesson(claim, outcome)) is not None]
    if lessons and learns:
        # Before the messages are locked: conversations come first, as everywhere.
        learn(session, lessons)
    if accepted:
        _record_accepted(session, accepted)
    for claim, outcome in calls:
        if isinstance(outcome, GraphError):
            _record_refused(session, claim, outcome, rng)


def changed_by(session: AnySession, claims: Sequence[Claim]) -> dict[UUID, UUID]:
    """{message: conversation} of what these sends changed: the messages, and those that were reacted to."""
    changed = {claim.message_id: claim.conversation_id for claim in claims}
    for claim in claims:
        if claim.message_type == "reaction":
            changed |= messages_of_wamid(session, claim.content["reaction"]["message_id"])
    return changed


def quotes_of(session: AnySession, calls: Sequence[tuple[Claim, Outcome]]) -> dict[UUID, UUID]:
    """{message: conversation} of what quotes messages that Meta took: customers may overtake its answer."""
    return messages_quoting(session, [call.wamid for _, call in calls if isinstance(call, Accepted)])


def _lesson(claim: Claim, accepted: Accepted) -> Lesson | None:
    """What Meta's answer teaches of the customer: another writing of the number, or the other id."""
    if claim.group_id is not None:
        return None
    lesson = Lesson(
        claim.conversation_id,
        claim.phone_number_id,
        claim.to_phone,
        claim.to_user_id,
        digits_or_none(accepted.wa_id),
        accepted.user_id,
        sent_to=claim.to_phone,
    )
    return lesson if lesson.is_new else None


def _record_accepted(session: AnySession, accepted: Sequence[tuple[Claim, Accepted]]) -> None:
    rows = outgoing.record_accepted(session, {claim.message_id: outcome.wamid for claim, outcome in accepted})
    news = []
    for claim, outcome in accepted:
        row = rows.get(claim.message_id)
        if _check_recorded(claim.message_id, row, outcome.wamid) and row is not None and row.has_news:
            news.append(outcome.wamid)
        if claim.message_type == "reaction":
            outgoing.record_own_reaction(session, claim, outcome.wamid)
    if news:
        settle_parked(session, news)


def _check_recorded(message_id: UUID, row: AcceptedRow | None, wamid: str) -> bool:
    is_recorded = row is not None and row.wamid == wamid
    if not is_recorded:
        log.error("wamid_not_recorded", message_id=str(message_id), wamid=wamid)
    return is_recorded


def _record_refused(session: AnySession, claim: Claim, outcome: GraphError, rng: Random | None) -> None:
    match outcome.disposition:
        case Disposition.RETRY:
            # Without an answer nothing was said about this message, and a network comes back.
            was_reached = outcome.code is not None or outcome.http_status is not None
            _again(session, claim, outcome, SEND if was_reached else CONNECT, rng)
        case Disposition.PAIR_LIMIT:
            _again(session, claim, outcome, PAIR, rng)
        case Disposition.PAUSE:
            learn_from_answer(session, outcome, _caller_of(claim))
            _release(session, claim, outcome, wait_s=0, counts=False)
        case Disposition.REJECT:
            outgoing.record_failed(session, claim, outcome.as_message_error())
            distrust_files_of(session, claim.message_type, claim.content, claim.phone_number_id)
            # Asked for, since it may have been merged into another while the call was on its way.
            conversation_id = outgoing.conversation_of(session, claim.message_id)
            if conversation_id is None:
                return
            if outcome.code == WINDOW_CLOSED:
                outgoing.record_window_refused(session, conversation_id)
            learn_from_refusal(session, conversation_id, claim.phone_number_id, outcome.code)
        case Disposition.UNKNOWN:
            outgoing.record_unknown(session, claim, UNCONFIRMED | {"code": outcome.code})


def attempt(sender: Sender, claim: Claim) -> Outcome:
    """Call Meta, with no transaction open. A row that cannot be sent gives an error too: nothing may loop.

    Raises only what the call itself met and nobody foresaw: then nothing is known of the message.
    """
    try:
        token = open_token(claim.access_token_encrypted, sender.encryption_keys)
        body = _body_of(sender, claim, token)
    except ClaimLostError:
        log.warning("claim_lost", message_id=str(claim.message_id), attempt=claim.attempt)
        return Lost()
    except Exception as error:  # noqa: BLE001  # each becomes an outcome: nothing was sent
        return _unsent(claim, error)
    try:
        return sender.graph.send(claim.phone_number_id, token, body)
    except GraphError as error:
        _log_refusal(claim, error)
        return error


def _body_of(sender: Sender, claim: Claim, token: str) -> dict[str, Any]:
    """The body of the call, after its files have been given to Meta."""
    return body_for(
        claim.message_type,
        sender.content_of(claim, token),
        to_phone=claim.to_phone,
        to_user_id=claim.to_user_id,
        group_id=claim.group_id,
        reply_to_wamid=claim.reply_to_wamid,
        callback_data=callback_data(claim.message_id),
    )


def _unsent(claim: Claim, error: Exception) -> GraphError:
    """What comes of a message that failed before its own call: whatever it was, nothing of it was sent."""
    if isinstance(error, GraphError):
        _log_refusal(claim, error)
        return error
    log.error(
        "send_not_buildable",
        message_id=str(claim.message_id),
        error=type(error).__name__,
        exc_info=None if is_outage(error) else error,
    )
    if isinstance(error, KeyError | TypeError | ValueError):
        return GraphError(
            None,
            "The message cannot be sent",
            "What was stored of this message does not make a WhatsApp message.",
            disposition=Disposition.REJECT,
        )
    # The database or the store away, no memory: it may pass, and after some tries the agent is told.
    return GraphError(
        None,
        "The message could not be prepared",
        "The message could not be prepared for sending; nothing has been sent.",
        disposition=Disposition.RETRY,
    )


def _caller_of(claim: Claim) -> Caller:
    return Caller(claim.phone_number_id, claim.access_token_encrypted, claim.claimed_at)


def not_tried(claim: Claim) -> GraphError:
    """What a claim comes to that found no thread in time, as calls do that take too long: it was not sent."""
    error = GraphError(
        None,
        "WhatsApp answers too slowly",
        "Too many messages were waiting for WhatsApp's answer, so this one has not been sent yet.",
        disposition=Disposition.RETRY,
    )
    _log_refusal(claim, error)
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


def _again(
    session: AnySession, claim: Claim, error: GraphError, policy: RetryPolicy, rng: Random | None
) -> None:
    wait_s = delay_for(claim.attempt, policy, error.retry_after_s, rng)
    if wait_s is None:
        outgoing.record_failed(session, claim, error.as_message_error() | {"retryable": True})
    else:
        _release(session, claim, error, wait_s=wait_s, counts=True)


def _release(session: AnySession, claim: Claim, error: GraphError, *, wait_s: float, counts: bool) -> None:
    if outgoing.release(session, claim, wait_s=wait_s, counts=counts):
        return
    # The deadline passed while Meta was refusing. Later messages may have gone out since, so this one does
    # not return to the queue; but it is known now that it was not sent.
    outgoing.record_failed(session, claim, error.as_message_error() | {"retryable": True}, only_unknown=True)

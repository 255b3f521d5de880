"""One message to Meta: the call, and what its outcome makes of the message.

``dispatch`` decides which message is sent, and when.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import structlog

from livechat.accounts.pause import Caller, learn_from_answer, open_token
from livechat.conversations.queries.finding import lock_conversations
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
from livechat.outbound.delivery.settle_answers import failed_for_good
from livechat.outbound.delivery.to_meta import ClaimLostError, OutgoingFiles, distrust_files_of
from livechat.outbound.queries import claims as outgoing
from livechat.outbound.queries.claims import AcceptedRow, Claim
from livechat.whatsapp.graph.client import Accepted, GraphClient
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError
from livechat.whatsapp.sending.outgoing import body_for, callback_data

log = structlog.get_logger(__name__)

# After this time a run of the dispatcher hands over to a fresh task.
SECONDS_PER_RUN = 60.0
# A claim holds this much longer than the call's own time-outs: for name resolution, a busy machine, and
# recording the outcome.
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
    """How this process reaches Meta. A claim holds for ``hold_s`` seconds, longer than any call takes."""

    graph: GraphClient
    encryption_keys: tuple[str, ...] = field(repr=False)
    hold_s: float
    files: OutgoingFiles | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> "Sender":
        """The process's one sender. Many threads may use it."""
        connect_s, read_s = settings.graph_connect_timeout_s, settings.graph_read_timeout_s
        hold_s = connect_s + read_s + CLAIM_SLACK_S
        return cls(
            new_graph_client(settings),
            settings.encryption_keys,
            hold_s,
            OutgoingFiles.from_settings(settings),
        )

    def content_of(self, claim: Claim, token: str) -> dict[str, Any]:
        """The message's content with Meta's ids of its files. After a GraphError nothing was sent."""
        return claim.content if self.files is None else self.files.content_of(claim, token, self.hold_s)


class Lost:
    """Nothing was sent and nothing is recorded, since the message is no longer this sender's."""


Outcome = Accepted | GraphError | Lost


def record_plain(single: AnySession, calls: Sequence[tuple[Claim, Outcome]]) -> dict[UUID, AcceptedRow]:
    """Record the plain sends, nearly all, in one statement; {message: its row as it is now}.

    A send is plain where one statement can record its outcome: Meta took the message, the message changes no
    other, no status and no quote of it came before Meta's answer, and the answer teaches nothing new about
    the customer. On ``single`` the statement is a transaction by itself. Safe to repeat.
    """
    plain = {
        claim.message_id: outcome.wamid
        for claim, outcome in calls
        if isinstance(outcome, Accepted) and claim.message_type != "reaction" and not _lesson(claim, outcome)
    }
    rows = outgoing.record_accepted(single, plain, plain_only=True) if plain else {}
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
    """Record the outcomes of these calls; the caller commits. Safe to repeat, as after a lost connection.

    With ``learns`` False, what the answers teach about the customer is left out: the outcome of the message
    is more important.
    """
    refused = [claim for claim, outcome in calls if isinstance(outcome, GraphError)]
    # Everywhere conversations are locked before messages. Who is refused for good may be owed again; a row
    # that is written twice, by what came before Meta's answer, has its conversation locked by its key.
    lock_conversations(session, {claim.conversation_id for claim, _ in calls})
    accepted = [(claim, outcome) for claim, outcome in calls if isinstance(outcome, Accepted)]
    lessons = [lesson for claim, outcome in accepted if (lesson := _lesson(claim, outcome)) is not None]
    if lessons and learns:
        learn(session, lessons)
    if accepted:
        _record_accepted(session, accepted)
    for claim, outcome in calls:
        if isinstance(outcome, GraphError):
            _record_refused(session, claim, outcome, rng)
    failed_for_good(session, [claim.message_id for claim in refused])


def changed_by(session: AnySession, claims: Sequence[Claim]) -> dict[UUID, UUID]:
    """{message: conversation} of the messages that were sent, and of those that they react to."""
    changed = {claim.message_id: claim.conversation_id for claim in claims}
    for claim in claims:
        if claim.message_type == "reaction":
            changed |= messages_of_wamid(session, claim.content["reaction"]["message_id"])
    return changed


def quotes_of(session: AnySession, calls: Sequence[tuple[Claim, Outcome]]) -> dict[UUID, UUID]:
    """{message: conversation} of messages that quote what Meta took.

    A customer's quote can be stored before Meta's answer is.
    """
    return messages_quoting(session, [call.wamid for _, call in calls if isinstance(call, Accepted)])


def _lesson(claim: Claim, accepted: Accepted) -> Lesson | None:
    """What Meta's answer teaches about the customer: another writing of their number, or their other id."""
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
    overtaken = []
    for claim, outcome in accepted:
        row = rows.get(claim.message_id)
        if _check_recorded(claim.message_id, row, outcome.wamid) and row is not None and row.was_overtaken:
            overtaken.append(outcome.wamid)
        if claim.message_type == "reaction":
            outgoing.record_own_reaction(session, claim, outcome.wamid)
    if overtaken:
        settle_parked(session, overtaken)


def _check_recorded(message_id: UUID, row: AcceptedRow | None, wamid: str) -> bool:
    is_recorded = row is not None and row.wamid == wamid
    if not is_recorded:
        log.error("wamid_not_recorded", message_id=str(message_id), wamid=wamid)
    return is_recorded


def _record_refused(session: AnySession, claim: Claim, outcome: GraphError, rng: Random | None) -> None:
    match outcome.disposition:
        case Disposition.RETRY:
            # Without an answer Meta said nothing about this message: the network failed, and will come back.
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
            # Asked of the database: the conversation may have been merged into another during the call.
            conversation_id = outgoing.conversation_of(session, claim.message_id)
            if conversation_id is None:
                return
            if outcome.code == WINDOW_CLOSED:
                outgoing.record_window_refused(session, conversation_id)
            learn_from_refusal(session, conversation_id, claim.phone_number_id, outcome.code)
        case Disposition.UNKNOWN:
            outgoing.record_unknown(session, claim, UNCONFIRMED | {"code": outcome.code})


def attempt(sender: Sender, claim: Claim) -> Outcome:
    """Call Meta, with no transaction open. A message that cannot be built gives a GraphError too.

    Raises only what nobody foresaw during the call itself: then it is not known whether Meta has the message.
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
    """The body of the call. Files of the message are uploaded to Meta first."""
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
    """The outcome of a message that failed before its own call: nothing of it was sent."""
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
    # The database or the storage is away, or memory is short. That may pass; after some tries the agent is
    # told.
    return GraphError(
        None,
        "The message could not be prepared",
        "The message could not be prepared for sending; nothing has been sent.",
        disposition=Disposition.RETRY,
    )


def _caller_of(claim: Claim) -> Caller:
    return Caller(claim.phone_number_id, claim.access_token_encrypted, claim.claimed_at)


def not_tried(claim: Claim) -> GraphError:
    """The outcome of a claim that found no thread in time: it was not sent and is tried again."""
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
    # The claim's deadline passed while Meta was refusing. Later messages may have gone out since, so this one
    # does not return to the queue. It is known now that it was not sent.
    outgoing.record_failed(session, claim, error.as_message_error() | {"retryable": True}, only_unknown=True)

"""Blue ticks: Meta is told which messages an agent has read."""

from uuid import UUID

import structlog

from livechat.accounts.pause import Caller, meta_call
from livechat.core.session import AnySession
from livechat.outbound.delivery.deliver import Sender
from livechat.outbound.queries.receipts import due_receipt, record_receipt
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError

log = structlog.get_logger(__name__)


def send_read_receipt(session: AnySession, sender: Sender, conversation_id: UUID) -> None:
    """Commits around the call: report the newest message that was read, which covers those before it.

    Raises GraphError where another try can help: marking as read twice changes nothing. Other refusals are
    logged and not tried again. Account trouble pauses the number; the next reading then covers this one.
    """
    due = due_receipt(session, conversation_id)
    session.commit()
    if due is None:
        return
    caller = Caller(due.phone_number_id, due.access_token_encrypted, due.read_at)
    try:
        with meta_call(session, caller, sender.encryption_keys) as token:
            sender.graph.mark_read(due.phone_number_id, token, due.wamid)
    except GraphError as error:
        if error.disposition is Disposition.PAUSE:
            return
        if error.disposition is not Disposition.REJECT:
            raise
        log.warning("read_receipt_refused", conversation_id=str(conversation_id), code=error.code)
    record_receipt(session, conversation_id, due.seq)
    session.commit()

"""What became of a payment that an ``order_details`` message asked for.

Source: Meta's "Receive payments via payment gateways" (India) and "Orders" (Brazil), read November 2025: it
comes among ``statuses[]`` with ``type: payment``, and its ``status`` is the payment's and not a message's.
"""

from livechat.whatsapp.reading import Json, label, moment, obj
from livechat.whatsapp.webhook import identity
from livechat.whatsapp.webhook.digests import event_id
from livechat.whatsapp.webhook.identity import NOBODY
from livechat.whatsapp.webhook.items import Source, ThreadMessage
from livechat.whatsapp.webhook.kinds.messages import RECEIVED

_SHOWN = ("reference_id", "amount", "currency", "transaction", "refunds")


def read_payment(source: Source, raw: Json) -> ThreadMessage:
    """An event line in the thread of who pays; the same state told twice is one line.

    What the business itself put beside the payment (``notes``, ``udf1`` and the like) is left out.
    """
    payment = obj(raw.get("payment"))
    content: Json = {key: payment[key] for key in _SHOWN if key in payment}
    content["status"] = label(raw.get("status"))
    if raw.get("errors"):
        content["errors"] = raw["errors"]
    status, rank = RECEIVED
    return ThreadMessage(
        source=source,
        customer=identity.customer(
            NOBODY,
            raw.get("recipient_id"),
            raw.get("recipient_user_id"),
            raw.get("recipient_parent_user_id") or raw.get("parent_recipient_user_id"),
        ),
        wamid=event_id(raw),
        timestamp=moment(raw.get("timestamp"), source.received_at),
        direction="inbound",
        origin="event",
        message_type="payment",
        text=label(payment.get("reference_id")),
        content={"payment": content},
        status=status,
        status_rank=rank,
        counts_unread=False,
        opens_window=False,
    )

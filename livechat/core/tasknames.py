"""The contract between web and workers: names, queues and nothing else.

``livechat`` sends by these names and never imports ``workers``. Arguments are keywords: ids and scalars.
"""

from enum import StrEnum


class Queue(StrEnum):
    """Queues are split by urgency, and so that a jam in one does not block the others."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    MEDIA = "media"
    MAINTENANCE = "maintenance"


class TaskName(StrEnum):
    """``queue.verb``, as a person reads them in Flower; the part before the dot is the queue."""

    INGEST = "inbound.ingest"
    SEND = "outbound.send"
    MARK_READ = "outbound.mark_read"
    FETCH_MEDIA = "media.fetch"
    TYPING = "outbound.typing"
    MAIL_INVITATION = "outbound.mail_invitation"
    SWEEP_INBOUND = "maintenance.sweep_inbound"
    SWEEP_OUTBOUND = "maintenance.sweep_outbound"
    SWEEP_MEDIA = "maintenance.sweep_media"
    PRUNE = "maintenance.prune"
    RECONCILE_UNREAD = "maintenance.reconcile_unread"
    REPLAY = "maintenance.replay"
    TIDY_COUNTS = "maintenance.tidy_counts"
    SYNC_TEMPLATES = "maintenance.sync_templates"
    REFRESH_NUMBER = "maintenance.refresh_number"
    WAKE_SNOOZED = "maintenance.wake_snoozed"
    REMIND = "maintenance.remind"
    SEND_SCHEDULED = "maintenance.send_scheduled"
    TELL_CLOSING = "maintenance.tell_closing"
    SWEEP_ACCOUNTS = "maintenance.sweep_accounts"
    END_AVAILABILITY = "maintenance.end_availability"
    RUN_BULK = "maintenance.run_bulk"
    SWEEP_BULK = "maintenance.sweep_bulk"
    SWEEP_INVITATIONS = "maintenance.sweep_invitations"
    FILL_WORDS = "maintenance.fill_words"
    ASSIGN = "maintenance.assign"
    SWEEP_ASSIGNING = "maintenance.sweep_assigning"

    @property
    def queue(self) -> Queue:
        """The queue that this task travels on."""
        return Queue(self.value.split(".", 1)[0])

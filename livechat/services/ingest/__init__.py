"""Webhooks into conversations: a batch in one transaction, a poison item alone in the ledger."""

from livechat.services.ingest.draining import drain
from livechat.services.ingest.run import ingest_events

__all__ = ["drain", "ingest_events"]

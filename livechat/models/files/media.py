"""A file: what Meta holds for us, or what an agent uploaded, and what we have of it."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, String, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import Timestamps, moment


class Media(Timestamps, Model):
    """One file. ``pending`` → ``fetching`` → ``ready`` or ``failed``; back to ``pending`` by a retry.

    The keys of the stored file and of its thumbnail follow from the id (``livechat.storage``). What a worker
    stored before it died, without having written that down, is thereby found by the next one.
    """

    __tablename__ = "media"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'fetching', 'ready', 'failed')", name="state"),
        CheckConstraint("(state = 'fetching') = (claimed_until IS NOT NULL)", name="claimed_until"),
        CheckConstraint("state <> 'ready' OR (mime_type IS NOT NULL AND size IS NOT NULL)", name="ready"),
        CheckConstraint("kind IN ('image', 'video', 'audio', 'voice', 'document', 'sticker')", name="kind"),
        # What the sweep looks for.
        Index("ix_media_due", "next_attempt_at", postgresql_where=sql("state = 'pending'")),
        Index("ix_media_claimed", "claimed_until", postgresql_where=sql("state = 'fetching'")),
        Index("ix_media_uploaded", "created_at", postgresql_where=sql("source = 'upload'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    phone_number_id: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(8), doc="meta: to be fetched there; upload: an agent's")
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    meta_id: Mapped[str | None] = mapped_column(Text, doc="what to ask Meta for")
    claimed_mime_type: Mapped[str | None] = mapped_column(Text, doc="what Meta or the sender calls it")
    claimed_digest: Mapped[str | None] = mapped_column(Text, doc="SHA-256 by Meta, base64 or hex")
    filename: Mapped[str | None] = mapped_column(Text, doc="as its sender gave it: never part of a path")
    expires_at: Mapped[moment | None] = mapped_column(doc="when Meta's id expires")
    mime_type: Mapped[str | None] = mapped_column(Text, doc="what the bytes are")
    size: Mapped[int | None] = mapped_column(BigInteger)
    digest: Mapped[str | None] = mapped_column(String(64), doc="SHA-256 of the stored bytes, hex")
    has_thumbnail: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    width: Mapped[int | None]
    height: Mapped[int | None]
    duration: Mapped[float | None] = mapped_column(doc="seconds")
    waveform: Mapped[list[int] | None] = mapped_column(JSONB(none_as_null=True), doc="loudness, 0 to 100")
    is_animated: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    error: Mapped[str | None] = mapped_column(Text, doc="a sentence for the agent")
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=sql("0"))
    next_attempt_at: Mapped[moment | None] = mapped_column(doc="when the sweep sends a task for it")
    claimed_until: Mapped[moment | None] = mapped_column(doc="past it the worker is dead: due again")
    uploaded_by: Mapped[UUID | None] = mapped_column(doc="the agent")

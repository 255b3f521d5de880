"""A way into a workspace, for one person, once."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import Timestamps, moment

PENDING = "accepted_at IS NULL AND revoked_at IS NULL"


class Invitation(Timestamps, Model):
    """The link's token is known by its digest alone: who reads this table cannot use it.

    One is pending for each address. ``email`` is null for a link that admits whoever has it.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("role IN ('admin', 'agent', 'viewer')", name="role"),
        CheckConstraint("visibility IN ('all', 'team', 'own')", name="visibility"),
        Index("uq_invitations_token_digest", "token_digest", unique=True),
        Index(
            "uq_invitations_pending_email",
            "workspace_id",
            "email",
            unique=True,
            postgresql_where=sql(f"{PENDING} AND email IS NOT NULL"),
        ),
        Index(None, "mail_due_at", postgresql_where=sql("mail_due_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    email: Mapped[str | None] = mapped_column(Text, doc="folded")
    role: Mapped[str] = mapped_column(String(16))
    visibility: Mapped[str] = mapped_column(String(16), default="all", server_default="all")
    phone_number_ids: Mapped[list[str] | None] = mapped_column(ARRAY(Text), doc="null: all numbers")
    token_digest: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[moment]
    invited_by: Mapped[UUID]
    accepted_by: Mapped[UUID | None]
    accepted_at: Mapped[moment | None]
    revoked_at: Mapped[moment | None]
    sent_at: Mapped[moment | None] = mapped_column(doc="when it was mailed")
    send_error: Mapped[str | None] = mapped_column(Text, doc="why it could not be mailed, for people")
    mail_link_encrypted: Mapped[str | None] = mapped_column(Text, doc="while its mail is owed, and no longer")
    mail_due_at: Mapped[moment | None] = mapped_column(doc="when to mail it; while a task does, when it lost")
    mail_attempts: Mapped[int] = mapped_column(default=0, server_default=sql("0"))

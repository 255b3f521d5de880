"""A WhatsApp Business Account as one owner connected it."""

from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import Timestamps, moment


class WabaAccount(Timestamps, Model):
    """The owner's access token, encrypted, and the WABA that it opens."""

    __tablename__ = "waba_accounts"
    __table_args__ = (
        UniqueConstraint("user_id", "waba_id"),
        Index(None, "waba_id"),
        Index(None, "workspace_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID]
    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"),
        server_default=FetchedValue(),
        doc="a trigger fills it with the workspace that the user owns",
    )
    waba_id: Mapped[str] = mapped_column(Text)
    access_token_encrypted: Mapped[str] = mapped_column(Text, doc="Fernet ciphertext")
    token_set_at: Mapped[moment | None] = mapped_column(doc="errors that an older token met do not count")
    subscribed_at: Mapped[moment | None]
    templates_synced_at: Mapped[moment | None]
    templates_due_at: Mapped[moment] = mapped_column(server_default=sql("now()"))
    templates_failures: Mapped[int] = mapped_column(default=0, server_default=sql("0"))

"""Sends: who holds a claim, what a message repeats, and Meta's word for a pause"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("phone_numbers", sa.Column("paused_title", sa.Text(), nullable=True))
    op.add_column("chat_messages", sa.Column("claimed_by", sa.Text(), nullable=True))
    op.add_column("chat_messages", sa.Column("resend_of", sa.Uuid(), nullable=True))
    op.create_index(
        "uq_chat_messages_resend_of",
        "chat_messages",
        ["resend_of"],
        unique=True,
        postgresql_where=sa.text("resend_of IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_chat_messages_resend_of", table_name="chat_messages")
    op.drop_column("chat_messages", "resend_of")
    op.drop_column("chat_messages", "claimed_by")
    op.drop_column("phone_numbers", "paused_title")

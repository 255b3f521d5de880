"""Sends: a claim that still uploads the message's files; messages that show several files"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "chat_messages",
        sa.Column("is_uploading", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "message_media", sa.Column("place", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.drop_constraint(op.f("pk_message_media"), "message_media", type_="primary")
    op.create_primary_key(op.f("pk_message_media"), "message_media", ["message_id", "place"])


def downgrade() -> None:
    op.execute("DELETE FROM message_media WHERE place > 0")
    op.drop_constraint(op.f("pk_message_media"), "message_media", type_="primary")
    op.create_primary_key(op.f("pk_message_media"), "message_media", ["message_id"])
    op.drop_column("message_media", "place")
    op.drop_column("chat_messages", "is_uploading")

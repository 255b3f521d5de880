"""Sends: a claim that still uploads the message's files; the files of templates with cards"""

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
    op.create_table(
        "message_card_files",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["chat_messages.id"],
            name=op.f("fk_message_card_files_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_message_card_files_media_id")),
        sa.PrimaryKeyConstraint("message_id", "media_id", name=op.f("pk_message_card_files")),
    )
    op.create_index(op.f("ix_message_card_files_media_id"), "message_card_files", ["media_id"])
    # On Supabase a table without it is open to every signed-in user: the first migration says more.
    op.execute(
        """
        DO $$
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                ALTER TABLE message_card_files ENABLE ROW LEVEL SECURITY;
            END IF;
        END $$
        """
    )


def downgrade() -> None:
    op.drop_table("message_card_files")
    op.drop_column("chat_messages", "is_uploading")

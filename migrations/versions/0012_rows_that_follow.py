"""Conversations that merge: what points to one stops its deletion; names wait for their conversation"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TABLES = (
    "chat_messages",
    "chat_drafts",
    "conversation_aliases",
    "conversation_former_ids",
    "conversation_other_ids",
)


def upgrade() -> None:
    op.create_table(
        "waiting_names",
        sa.Column("phone_number_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('phone', 'user_id')", name=op.f("ck_waiting_names_kind")),
        sa.ForeignKeyConstraint(
            ["phone_number_id"],
            ["phone_numbers.phone_number_id"],
            name=op.f("fk_waiting_names_phone_number_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("phone_number_id", "kind", "value", name=op.f("pk_waiting_names")),
    )
    op.create_index(op.f("ix_waiting_names_received_at"), "waiting_names", ["received_at"])
    # Of a conversation that is deleted for good its ids mean nothing more. The previous release leaves a draft
    # behind where its writer has one in both threads that merge.
    op.execute(
        """
        CREATE OR REPLACE FUNCTION keep_other_ids() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            survivor uuid := (SELECT conversation_id FROM conversation_aliases WHERE id = OLD.id);
        BEGIN
            UPDATE conversation_other_ids SET conversation_id = survivor
                WHERE conversation_id = OLD.id AND survivor IS NOT NULL;
            DELETE FROM chat_drafts WHERE conversation_id = OLD.id AND survivor IS NOT NULL;
            DELETE FROM conversation_other_ids WHERE conversation_id = OLD.id;
            DELETE FROM conversation_former_ids WHERE conversation_id = OLD.id;
            DELETE FROM conversation_aliases WHERE conversation_id = OLD.id;
            RETURN OLD;
        END $$;
        DO $$
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                ALTER TABLE waiting_names ENABLE ROW LEVEL SECURITY;
            END IF;
        END $$;
        """
    )
    _set_keys("RESTRICT")


def downgrade() -> None:
    _set_keys("CASCADE")
    op.drop_table("waiting_names")


def _set_keys(on_delete: str) -> None:
    """In steps that each lock for a moment: messages are many, and to check them all takes a while."""
    with op.get_context().autocommit_block():
        for table in _TABLES:
            name = f"fk_{table}_conversation_id"
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}_next")
            op.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT {name}_next FOREIGN KEY (conversation_id) "
                f"REFERENCES chat_conversations (id) ON DELETE {on_delete} NOT VALID"
            )
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}_next")
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {name}_next TO {name}")

"""What members want to be reminded of"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("told_at", _MOMENT, nullable=True),
        sa.Column("done_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["chat_conversations.id"],
            name=op.f("fk_reminders_conversation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
    )
    op.create_index(
        "ix_reminders_due",
        "reminders",
        ["due_at"],
        postgresql_where=sa.text("told_at IS NULL AND done_at IS NULL"),
    )
    op.create_index(
        "ix_reminders_open",
        "reminders",
        ["user_id", "due_at", "id"],
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index(
        "ix_reminders_done",
        "reminders",
        ["user_id", "done_at", "id"],
        postgresql_where=sa.text("done_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_reminders_conversation_id"), "reminders", ["conversation_id"])
    # As for notes: the previous release does not know the table, and its key would stop its merges.
    op.execute(
        """
        CREATE FUNCTION livechat_reminders_follow() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            survivor uuid := (SELECT conversation_id FROM conversation_aliases WHERE id = OLD.id);
        BEGIN
            UPDATE reminders SET conversation_id = survivor
                WHERE conversation_id = OLD.id AND survivor IS NOT NULL;
            RETURN OLD;
        END $$;
        CREATE TRIGGER reminders_follow BEFORE DELETE ON chat_conversations
            FOR EACH ROW EXECUTE FUNCTION livechat_reminders_follow();
        """
    )
    op.execute(
        """
        DO $$
        DECLARE reader text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                ALTER TABLE reminders ENABLE ROW LEVEL SECURITY;
                FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
                    EXECUTE format('REVOKE ALL ON reminders FROM %I', reader);
                END LOOP;
            END IF;
        END $$;
        """
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER reminders_follow ON chat_conversations")
    op.execute("DROP FUNCTION livechat_reminders_follow()")
    op.drop_table("reminders")

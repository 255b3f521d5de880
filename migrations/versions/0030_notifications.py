"""What members are told of"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("at", _MOMENT, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=True),
        sa.Column("done_at", _MOMENT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('mention', 'assigned', 'reminder', 'window_closing', 'woken')",
            name=op.f("ck_notifications_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["chat_conversations.id"],
            name=op.f("fk_notifications_conversation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint(
            "user_id", "kind", "cause_id", name=op.f("uq_notifications_user_id_kind_cause_id")
        ),
    )
    op.create_index(op.f("ix_notifications_user_id_at_id"), "notifications", ["user_id", "at", "id"])
    op.create_index(op.f("ix_notifications_conversation_id"), "notifications", ["conversation_id"])
    op.create_index(
        "ix_notifications_open",
        "notifications",
        ["conversation_id", "user_id"],
        postgresql_where=sa.text("done_at IS NULL"),
    )
    # As for notes: the previous release does not know the table, and its key would stop its merges.
    op.execute(
        """
        CREATE FUNCTION livechat_notifications_follow() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            survivor uuid := (SELECT conversation_id FROM conversation_aliases WHERE id = OLD.id);
        BEGIN
            UPDATE notifications SET conversation_id = survivor
                WHERE conversation_id = OLD.id AND survivor IS NOT NULL;
            RETURN OLD;
        END $$;
        CREATE TRIGGER notifications_follow BEFORE DELETE ON chat_conversations
            FOR EACH ROW EXECUTE FUNCTION livechat_notifications_follow();
        """
    )
    op.execute(
        """
        DO $$
        DECLARE reader text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                ALTER TABLE notifications ENABLE ROW LEVEL SECURITY;
                FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
                    EXECUTE format('REVOKE ALL ON notifications FROM %I', reader);
                END LOOP;
            END IF;
        END $$;
        """
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER notifications_follow ON chat_conversations")
    op.execute("DROP FUNCTION livechat_notifications_follow()")
    op.drop_table("notifications")

"""What the team changes of a conversation is written down, and numbered by a version"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# All but conversation_id, which a merge moves.
_STANDS = "id, operation_id, at, actor_kind, actor_id, field, from_value, to_value, cause"


def upgrade() -> None:
    # A constant default is no rewrite.
    op.add_column(
        "chat_conversations", sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.create_table(
        "conversation_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("from_value", postgresql.JSONB(), nullable=True),
        sa.Column("to_value", postgresql.JSONB(), nullable=True),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('member', 'api_key', 'system')", name=op.f("ck_conversation_changes_actor_kind")
        ),
        sa.CheckConstraint(
            "actor_kind = 'system' OR actor_id IS NOT NULL", name=op.f("ck_conversation_changes_actor_id")
        ),
        sa.CheckConstraint(
            "field IN ('assignee', 'team', 'status', 'snooze', 'priority', 'label', 'person')",
            name=op.f("ck_conversation_changes_field"),
        ),
        sa.CheckConstraint(
            "cause IN ('user', 'api', 'rule', 'assigner', 'inbound', 'sweep', 'member_removed', 'merge', 'undo')",
            name=op.f("ck_conversation_changes_cause"),
        ),
        sa.CheckConstraint(
            "from_value IS DISTINCT FROM to_value", name=op.f("ck_conversation_changes_changes")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["chat_conversations.id"],
            name=op.f("fk_conversation_changes_conversation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_changes")),
    )
    op.create_index(
        op.f("ix_conversation_changes_conversation_id_at_id"),
        "conversation_changes",
        ["conversation_id", "at", "id"],
    )
    op.create_index(op.f("ix_conversation_changes_operation_id"), "conversation_changes", ["operation_id"])
    op.execute(
        f"""
        CREATE FUNCTION livechat_change_stands() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'a change of a conversation stands as it was written';
        END $$;
        CREATE TRIGGER change_stands BEFORE UPDATE OF {_STANDS} ON conversation_changes
            FOR EACH ROW EXECUTE FUNCTION livechat_change_stands();
        """
    )
    op.execute(
        """
        DO $$
        DECLARE reader text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                ALTER TABLE conversation_changes ENABLE ROW LEVEL SECURITY;
                FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
                    EXECUTE format('REVOKE ALL ON conversation_changes FROM %I', reader);
                END LOOP;
            END IF;
        END $$;
        """
    )


def downgrade() -> None:
    op.drop_table("conversation_changes")
    op.execute("DROP FUNCTION livechat_change_stands()")
    op.drop_column("chat_conversations", "version")

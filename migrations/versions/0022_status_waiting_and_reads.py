"""Where a conversation stands with its team, and what each of its readers has read"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_CHECKS = {
    "status": "status IN ('open', 'snoozed', 'resolved')",
    "snooze_kind": "snooze_kind IN ('time', 'reply', 'time_or_reply', 'time_even_if_reply')",
    "snoozed": "(status = 'snoozed') = (snooze_kind IS NOT NULL)",
    "snoozed_until": "CASE WHEN snooze_kind IS NULL OR snooze_kind = 'reply' THEN snoozed_until IS NULL "
    "ELSE snoozed_until IS NOT NULL END",
}


def upgrade() -> None:
    # Constant defaults, and none: no rewrite, however many conversations there are.
    op.add_column(
        "chat_conversations", sa.Column("status", sa.String(length=16), server_default="open", nullable=False)
    )
    op.add_column("chat_conversations", sa.Column("snoozed_until", _MOMENT, nullable=True))
    op.add_column("chat_conversations", sa.Column("snooze_kind", sa.String(length=24), nullable=True))
    op.add_column("chat_conversations", sa.Column("waiting_since", _MOMENT, nullable=True))
    op.add_column("chat_conversations", sa.Column("counted_total", sa.BigInteger(), nullable=True))
    op.add_column(
        "chat_conversations",
        sa.Column("last_counted_seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    for name, condition in _CHECKS.items():
        op.create_check_constraint(
            op.f(f"ck_chat_conversations_{name}"),
            "chat_conversations",
            condition,
            postgresql_not_valid=True,
        )
    op.create_table(
        "conversation_reads",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("read_seq", sa.BigInteger(), nullable=False),
        sa.Column("read_total", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", _MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["chat_conversations.id"],
            name=op.f("fk_conversation_reads_conversation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("user_id", "conversation_id", name=op.f("pk_conversation_reads")),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index(op.f("ix_conversation_reads_conversation_id"), "conversation_reads", ["conversation_id"])
    op.execute(
        """
        DO $$
        DECLARE reader text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                ALTER TABLE conversation_reads ENABLE ROW LEVEL SECURITY;
                FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
                    EXECUTE format('REVOKE ALL ON conversation_reads FROM %I', reader);
                END LOOP;
            END IF;
        END $$;
        """
    )
    with op.get_context().autocommit_block():
        for name in _CHECKS:
            op.execute(f"ALTER TABLE chat_conversations VALIDATE CONSTRAINT ck_chat_conversations_{name}")


def downgrade() -> None:
    op.drop_table("conversation_reads")
    for name in _CHECKS:
        op.drop_constraint(op.f(f"ck_chat_conversations_{name}"), "chat_conversations", type_="check")
    for column in (
        "last_counted_seq",
        "counted_total",
        "waiting_since",
        "snooze_kind",
        "snoozed_until",
        "status",
    ):
        op.drop_column("chat_conversations", column)

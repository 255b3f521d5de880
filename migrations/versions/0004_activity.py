"""The ledger keeps first outcomes; items are counted by number and hour"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0001"
branch_labels = None
depends_on = None

_COUNT = """
    INSERT INTO webhook_counts (phone_number_id, hour, outcome, reason, items, last_received_at, is_sum)
    SELECT coalesce(i.number, ''), date_trunc('hour', e.received_at, 'UTC'), i.outcome, coalesce(i.reason, ''),
           count(*), max(e.received_at), {is_sum}
    FROM {events}, jsonb_to_recordset(e.items) AS i(number text, outcome text, reason text)
    WHERE {condition}
    GROUP BY 1, 2, 3, 4
"""


def upgrade() -> None:
    op.add_column(
        "webhook_events",
        sa.Column("replay_items", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    )
    op.add_column("webhook_events", sa.Column("replayed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_webhook_events_accounted"),
        "webhook_events",
        "state = 'waiting' OR stored + duplicate + ignored + failed = jsonb_array_length(items)",
    )
    op.drop_index("ix_webhook_events_numbers", table_name="webhook_events")
    op.create_index(
        "ix_webhook_events_number",
        "webhook_events",
        ["phone_number_ids", "received_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_webhook_events_several_numbers",
        "webhook_events",
        ["phone_number_ids"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("cardinality(phone_number_ids) > 1"),
    )
    op.create_index(
        "ix_webhook_events_not_stored",
        "webhook_events",
        ["received_at", "id"],
        unique=False,
        postgresql_where=sa.text("ignored > 0 OR failed > 0 OR duplicate > 0"),
    )
    op.create_index(
        "ix_chat_messages_accepted",
        "chat_messages",
        ["phone_number_id", "timestamp"],
        unique=False,
        postgresql_where=sa.text("direction = 'outbound' AND origin = 'livechat'"),
    )
    op.create_index(
        "ix_chat_messages_attention",
        "chat_messages",
        ["phone_number_id", sa.literal_column("timestamp DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("direction = 'outbound' AND status IN ('failed', 'unknown')"),
    )

    op.create_table(
        "webhook_counts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("phone_number_id", sa.Text(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("last_received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_sum", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_counts")),
    )
    op.create_index(
        op.f("ix_webhook_counts_phone_number_id_hour"),
        "webhook_counts",
        ["phone_number_id", "hour"],
        unique=False,
    )
    op.create_index(
        "ix_webhook_counts_new",
        "webhook_counts",
        ["last_received_at"],
        unique=False,
        postgresql_where=sa.text("NOT is_sum"),
    )
    # In the database, so that no way to an outcome goes past it, the previous release's workers included.
    # Rows are only added, never raised: parallel batches of one number do not wait for each other.
    settled = _COUNT.format(events="settled e", condition="e.state <> 'waiting'", is_sum="false")
    completed = _COUNT.format(
        events="settled e JOIN before b ON b.id = e.id",
        condition="b.state = 'waiting' AND e.state <> 'waiting'",
        is_sum="false",
    )
    for name, statement in (("inserted", settled), ("completed", completed)):
        op.execute(
            f"CREATE FUNCTION livechat_count_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN {statement}; RETURN NULL; END $$"
        )
    op.execute(
        "CREATE TRIGGER count_inserted AFTER INSERT ON webhook_events REFERENCING NEW TABLE AS settled "
        "FOR EACH STATEMENT EXECUTE FUNCTION livechat_count_inserted()"
    )
    op.execute(
        "CREATE TRIGGER count_completed AFTER UPDATE ON webhook_events "
        "REFERENCING OLD TABLE AS before NEW TABLE AS settled "
        "FOR EACH STATEMENT EXECUTE FUNCTION livechat_count_completed()"
    )
    op.execute(_COUNT.format(events="webhook_events e", condition="e.state <> 'waiting'", is_sum="true"))
    op.execute(
        """
        DO $$
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                ALTER TABLE webhook_counts ENABLE ROW LEVEL SECURITY;
            END IF;
        END $$
        """
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER count_completed ON webhook_events")
    op.execute("DROP TRIGGER count_inserted ON webhook_events")
    op.execute("DROP FUNCTION livechat_count_completed()")
    op.execute("DROP FUNCTION livechat_count_inserted()")
    op.drop_table("webhook_counts")
    op.drop_index("ix_chat_messages_attention", table_name="chat_messages")
    op.drop_index("ix_chat_messages_accepted", table_name="chat_messages")
    op.drop_index("ix_webhook_events_not_stored", table_name="webhook_events")
    op.drop_index("ix_webhook_events_several_numbers", table_name="webhook_events")
    op.drop_index("ix_webhook_events_number", table_name="webhook_events")
    op.create_index(
        "ix_webhook_events_numbers",
        "webhook_events",
        ["phone_number_ids"],
        unique=False,
        postgresql_using="gin",
    )
    op.drop_constraint(op.f("ck_webhook_events_accounted"), "webhook_events", type_="check")
    op.drop_column("webhook_events", "replayed_at")
    op.drop_column("webhook_events", "replay_items")

"""The ledger: indexes whose entries are bounded whatever a body names, and a count of tries for what waits there"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # All of it may run again after a failure half-way: an index that is built beside its writers cannot be
    # part of a transaction.
    op.execute(
        """
        ALTER TABLE webhook_events
            ADD COLUMN IF NOT EXISTS attempts integer DEFAULT 0 NOT NULL,
            ADD COLUMN IF NOT EXISTS tried_at timestamptz,
            ADD COLUMN IF NOT EXISTS claimed_until timestamptz,
            ADD COLUMN IF NOT EXISTS claimed_by text
        """
    )
    with op.get_context().autocommit_block():
        # It waits for the oldest transaction of all, which may be a backup.
        op.execute("SET lock_timeout = 0")
        for name in ("ix_webhook_events_one_number", "ix_webhook_events_to_try"):
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.create_index(
            "ix_webhook_events_one_number",
            "webhook_events",
            [sa.literal_column("left(phone_number_ids[1], 64)"), "received_at", "id"],
            unique=False,
            postgresql_where=sa.text("cardinality(phone_number_ids) = 1"),
            postgresql_concurrently=True,
        )
        op.create_index(
            "ix_webhook_events_to_try",
            "webhook_events",
            ["attempts", sa.literal_column("claimed_until NULLS FIRST"), "received_at"],
            unique=False,
            postgresql_where=sa.text("state = 'waiting'"),
            postgresql_concurrently=True,
        )
        # An entry held all numbers of a body: 150 of them were more than a page can hold, and storing stopped.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_webhook_events_number")
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    # The old index cannot hold more; the body tells the rest.
    op.execute(
        "UPDATE webhook_events SET phone_number_ids = phone_number_ids[1:50] "
        "WHERE cardinality(phone_number_ids) > 50"
    )
    op.create_index(
        "ix_webhook_events_number",
        "webhook_events",
        ["phone_number_ids", "received_at", "id"],
        unique=False,
    )
    op.drop_index("ix_webhook_events_to_try", table_name="webhook_events")
    op.drop_index("ix_webhook_events_one_number", table_name="webhook_events")
    for column in ("claimed_by", "claimed_until", "tried_at", "attempts"):
        op.drop_column("webhook_events", column)

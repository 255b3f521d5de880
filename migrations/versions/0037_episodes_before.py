"""Conversations that are open or snoozed get the episode that they are in

Nothing but small transactions, each of which may come twice: interrupted, the migration is run again.
"""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

# Locked, so that the trigger of migration 0036 comes before or after, and not between. Those that are
# resolved get none: what was closed before there were episodes is not known to the minute.
_OPEN = """
DO $$
DECLARE
    chunk uuid[];
    behind uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
    LOOP
        SELECT array_agg(id ORDER BY id) INTO chunk FROM (
            SELECT id FROM chat_conversations WHERE id > behind AND status <> 'resolved'
            ORDER BY id LIMIT 500 FOR NO KEY UPDATE
        ) locked;
        EXIT WHEN chunk IS NULL;
        INSERT INTO episodes (conversation_id, opened_at)
            SELECT id, created_at FROM chat_conversations WHERE id = ANY(chunk)
            ON CONFLICT DO NOTHING;
        behind := chunk[array_upper(chunk, 1)];
        COMMIT;
    END LOOP;
END $$
"""


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(_OPEN)


def downgrade() -> None:
    """The table goes with migration 0036."""

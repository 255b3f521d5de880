"""The messages that were there are counted, and what the team had read of them is read to its members

Nothing but small transactions, each of which may come twice: interrupted, the migration is run again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_CHECK = "ck_chat_conversations_counted_total"

# Locked and counted in two statements: the second sees what others committed while the first waited. Who was
# not answered within a week waits no longer.
_COUNT = """
DO $$
DECLARE
    chunk uuid[];
    behind uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
    LOOP
        SELECT array_agg(id ORDER BY id) INTO chunk FROM (
            SELECT id FROM chat_conversations WHERE counted_total IS NULL AND id > behind
            ORDER BY id LIMIT 500 FOR UPDATE
        ) locked;
        EXIT WHEN chunk IS NULL;
        UPDATE chat_conversations c
        SET (counted_total, last_counted_seq) = (SELECT * FROM count_messages(c.id)),
            waiting_since = CASE WHEN c.last_inbound_at > now() - interval '7 days' AND c.status <> 'resolved'
                THEN (
                    SELECT m.created_at FROM chat_messages m
                    WHERE m.conversation_id = c.id AND m.counts_unread AND m.seq > COALESCE((
                        SELECT h.seq FROM chat_messages h
                        WHERE h.conversation_id = c.id AND h.direction = 'outbound'
                            AND h.origin IN ('livechat', 'phone_app') AND h.message_type <> 'reaction'
                            AND h.status <> 'failed'
                        ORDER BY h.timestamp DESC, h.seq DESC LIMIT 1
                    ), 0)
                    ORDER BY m.seq LIMIT 1
                ) END
        WHERE c.id = ANY(chunk);
        behind := chunk[array_length(chunk, 1)];
        COMMIT;
    END LOOP;
END $$
"""

# Until now one pointer of the team said what was read. In a conversation with something behind it that is
# where each member stands; all else is read to them.
_READ = """
WITH old AS (
    SELECT workspace_id, user_id FROM workspace_members WHERE read_floor_seq = 0 FOR UPDATE
), stand AS (
    INSERT INTO conversation_reads (user_id, conversation_id, read_seq, read_total)
    SELECT old.user_id, c.id, c.read_seq, c.counted_total - c.unread_count
    FROM old
    JOIN waba_accounts a ON a.workspace_id = old.workspace_id
    JOIN phone_numbers n ON n.account_id = a.id
    JOIN chat_conversations c ON c.phone_number_id = n.phone_number_id
    WHERE c.unread_count > 0
    ON CONFLICT DO NOTHING
)
UPDATE workspace_members m SET read_floor_seq = COALESCE(
    pg_sequence_last_value(CAST(pg_get_serial_sequence('chat_messages', 'seq') AS regclass)), 0
)
FROM old WHERE m.workspace_id = old.workspace_id AND m.user_id = old.user_id
"""


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_chat_messages_read_apart")
        op.create_index(
            "ix_chat_messages_read_apart",
            "chat_messages",
            ["conversation_id", "seq"],
            postgresql_where=sa.text("was_read_apart"),
            postgresql_concurrently=True,
        )
        op.execute(_COUNT)
        op.execute(_READ)
        # A check that was looked over without a lock spares NOT NULL its look at every row.
        op.execute(f"ALTER TABLE chat_conversations DROP CONSTRAINT IF EXISTS {_CHECK}")
        op.execute(
            f"ALTER TABLE chat_conversations ADD CONSTRAINT {_CHECK} CHECK (counted_total IS NOT NULL) "
            "NOT VALID"
        )
        op.execute(f"ALTER TABLE chat_conversations VALIDATE CONSTRAINT {_CHECK}")
        op.execute("ALTER TABLE chat_conversations ALTER COLUMN counted_total SET NOT NULL")
        op.execute(f"ALTER TABLE chat_conversations DROP CONSTRAINT {_CHECK}")


def downgrade() -> None:
    op.alter_column("chat_conversations", "counted_total", nullable=True)
    op.drop_index("ix_chat_messages_read_apart", table_name="chat_messages")

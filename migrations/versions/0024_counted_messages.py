"""What members count, and how it follows where conversations merge or the previous release stores"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_FOLLOW = """
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
    IF survivor IS NOT NULL THEN
        UPDATE conversation_changes SET conversation_id = survivor WHERE conversation_id = OLD.id;
        INSERT INTO conversation_watchers (conversation_id, user_id)
            SELECT survivor, user_id FROM conversation_watchers WHERE conversation_id = OLD.id
            ON CONFLICT DO NOTHING;
        INSERT INTO conversation_labels (conversation_id, label_id, group_key, added_by, added_at)
            SELECT survivor, label_id, group_key, added_by, added_at FROM conversation_labels
            WHERE conversation_id = OLD.id
            ON CONFLICT DO NOTHING;
        DELETE FROM conversation_watchers WHERE conversation_id = OLD.id;
        DELETE FROM conversation_labels WHERE conversation_id = OLD.id;
{reads}    END IF;
    RETURN OLD;
END $$
"""
# This release has done so itself where it merges, and left 0 to say so.
_READS = """\
        IF OLD.last_counted_seq > 0 THEN
            PERFORM merge_reads(OLD.id, survivor);
            UPDATE chat_conversations c
                SET (counted_total, last_counted_seq) = (SELECT * FROM count_messages(survivor)),
                    waiting_since = LEAST(c.waiting_since, OLD.waiting_since)
                WHERE c.id = survivor;
            PERFORM recount_reads(survivor);
        END IF;
"""


def upgrade() -> None:
    op.add_column(
        "chat_messages",
        sa.Column("was_read_apart", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "chat_messages", sa.Column("ended_waiting_since", sa.DateTime(timezone=True), nullable=True)
    )
    # Conversations that the previous release makes from now on begin with 0; those without a number are older.
    op.alter_column("chat_conversations", "counted_total", server_default=sa.text("0"))
    op.execute(
        """
        CREATE FUNCTION count_messages(conversation uuid, OUT total bigint, OUT newest bigint)
        LANGUAGE sql STABLE AS $$
            SELECT CAST(sum(counted) AS bigint), max(last) FROM (
                SELECT count(*) AS counted, COALESCE(max(seq), 0) AS last FROM chat_messages
                    WHERE conversation_id = conversation AND counts_unread
                UNION ALL
                SELECT count(*), COALESCE(max(seq), 0) FROM chat_messages
                    WHERE conversation_id = conversation AND was_read_apart
            ) both_kinds
        $$;

        -- How many of them are behind a pointer.
        CREATE FUNCTION count_behind(conversation uuid, pointer bigint) RETURNS bigint
        LANGUAGE sql STABLE AS $$
            SELECT (SELECT count(*) FROM chat_messages
                    WHERE conversation_id = conversation AND counts_unread AND seq > pointer)
                + (SELECT count(*) FROM chat_messages
                    WHERE conversation_id = conversation AND was_read_apart AND seq > pointer)
        $$;

        -- What each member has read of the two becomes one pointer: nothing unread becomes read. A thread
        -- of which they have read all does not hold the pointer back.
        CREATE FUNCTION merge_reads(loser uuid, winner uuid) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO conversation_reads (user_id, conversation_id, read_seq, read_total)
            SELECT p.user_id, winner,
                   COALESCE(min(p.read_seq) FILTER (WHERE p.last_counted_seq > p.read_seq), max(p.read_seq)), 0
            FROM (
                SELECT who.user_id, c.last_counted_seq,
                       COALESCE(r.read_seq, m.read_floor_seq, 0) AS read_seq
                FROM (
                    SELECT DISTINCT user_id FROM conversation_reads WHERE conversation_id IN (loser, winner)
                ) who
                CROSS JOIN chat_conversations c
                JOIN phone_numbers n ON n.phone_number_id = c.phone_number_id
                JOIN waba_accounts a ON a.id = n.account_id
                LEFT JOIN workspace_members m
                    ON m.workspace_id = a.workspace_id AND m.user_id = who.user_id
                LEFT JOIN conversation_reads r ON r.user_id = who.user_id AND r.conversation_id = c.id
                WHERE c.id IN (loser, winner)
            ) p
            GROUP BY p.user_id
            ON CONFLICT (user_id, conversation_id) DO UPDATE
                SET read_seq = excluded.read_seq, updated_at = now();
            DELETE FROM conversation_reads WHERE conversation_id = loser;
        END $$;

        CREATE FUNCTION recount_reads(conversation uuid) RETURNS void LANGUAGE sql AS $$
            UPDATE conversation_reads r
            SET read_total = c.counted_total - count_behind(conversation, r.read_seq)
            FROM chat_conversations c
            WHERE r.conversation_id = conversation AND c.id = conversation
        $$;

        -- The previous release stores messages and does not count them. Whatever this release counts changes
        -- both numbers, and never comes here.
        CREATE FUNCTION count_for_the_previous_release() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            SELECT total, newest INTO NEW.counted_total, NEW.last_counted_seq FROM count_messages(NEW.id);
            IF NEW.counted_total IS DISTINCT FROM OLD.counted_total THEN
                NEW.waiting_since := COALESCE(NEW.waiting_since, clock_timestamp());
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER count_for_the_previous_release BEFORE UPDATE ON chat_conversations FOR EACH ROW
            WHEN (NEW.unread_count > OLD.unread_count
                  AND NEW.counted_total IS NOT DISTINCT FROM OLD.counted_total)
            EXECUTE FUNCTION count_for_the_previous_release();
        """
    )
    op.execute(_FOLLOW.format(reads=_READS))


def downgrade() -> None:
    op.execute(_FOLLOW.format(reads=""))
    op.execute(
        """
        DROP TRIGGER count_for_the_previous_release ON chat_conversations;
        DROP FUNCTION count_for_the_previous_release();
        DROP FUNCTION recount_reads(uuid);
        DROP FUNCTION merge_reads(uuid, uuid);
        DROP FUNCTION count_behind(uuid, bigint);
        DROP FUNCTION count_messages(uuid);
        """
    )
    op.alter_column("chat_conversations", "counted_total", server_default=None)
    op.drop_column("chat_messages", "ended_waiting_since")
    op.drop_column("chat_messages", "was_read_apart")

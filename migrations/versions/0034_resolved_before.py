"""Old conversations that nobody waits for start resolved, and what the previous release stores opens them

Nothing but small transactions, each of which may come twice: interrupted, the migration is run again.
"""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_COUNT = """
CREATE OR REPLACE FUNCTION count_for_the_previous_release() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    operation uuid := gen_random_uuid();
BEGIN
    SELECT total, newest INTO NEW.counted_total, NEW.last_counted_seq FROM count_messages(NEW.id);
    IF NEW.counted_total IS DISTINCT FROM OLD.counted_total THEN
        NEW.waiting_since := COALESCE(NEW.waiting_since, clock_timestamp());
{opens}    END IF;
    RETURN NEW;
END $$
"""
# As ``domain.team.conversation_status`` has it. The previous release does not know that there is a status.
_OPENS = """\
        IF NEW.status = 'resolved' OR NEW.snooze_kind IN ('reply', 'time_or_reply') THEN
            INSERT INTO conversation_changes
                (id, operation_id, conversation_id, actor_kind, field, from_value, to_value, cause)
            SELECT gen_random_uuid(), operation, NEW.id, 'system', f.field, f.was, f.becomes, 'inbound'
            FROM (VALUES
                ('status', to_jsonb(CAST(NEW.status AS text)), to_jsonb(CAST('open' AS text))),
                ('snooze', CASE WHEN NEW.status = 'snoozed' THEN jsonb_build_object(
                    'snoozed_until',
                    to_char(NEW.snoozed_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                    'snooze_kind', NEW.snooze_kind) END, NULL)
            ) AS f (field, was, becomes)
            WHERE f.was IS DISTINCT FROM f.becomes;
            NEW.status := 'open';
            NEW.snoozed_until := NULL;
            NEW.snooze_kind := NULL;
            NEW.version := NEW.version + 1;
        END IF;
"""
# Migration 0025 has said who waits: whoever was not answered within a week does not. What the team has put
# somewhere stays there. No line is written: nobody did anything, and there may be a hundred thousand.
_RESOLVE = """
DO $$
DECLARE
    chunk uuid[];
    behind uuid := '00000000-0000-0000-0000-000000000000';
    began timestamptz := clock_timestamp();
BEGIN
    LOOP
        SELECT array_agg(id ORDER BY id) INTO chunk FROM (
            SELECT id FROM chat_conversations
            WHERE id > behind AND status = 'open' AND waiting_since IS NULL AND created_at < began
            ORDER BY id LIMIT 500 FOR UPDATE
        ) locked;
        EXIT WHEN chunk IS NULL;
        UPDATE chat_conversations c SET status = 'resolved'
        WHERE c.id = ANY(chunk) AND c.status = 'open' AND c.waiting_since IS NULL
            AND NOT EXISTS (
                SELECT FROM conversation_changes x WHERE x.conversation_id = c.id AND x.field = 'status');
        behind := chunk[array_upper(chunk, 1)];
        COMMIT;
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute(_COUNT.format(opens=_OPENS))
    with op.get_context().autocommit_block():
        op.execute(_RESOLVE)


def downgrade() -> None:
    op.execute(_COUNT.format(opens=""))

"""What the previous release stores opens a snooze of whatever kind, but the one that sleeps on by its name"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

# As ``domain.team.conversation_status`` has it; the rest is as in migration 0034.
_COUNT = """
CREATE OR REPLACE FUNCTION count_for_the_previous_release() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    operation uuid := gen_random_uuid();
BEGIN
    SELECT total, newest INTO NEW.counted_total, NEW.last_counted_seq FROM count_messages(NEW.id);
    IF NEW.counted_total IS DISTINCT FROM OLD.counted_total THEN
        NEW.waiting_since := COALESCE(NEW.waiting_since, clock_timestamp());
        IF NEW.status = 'resolved' OR {ended} THEN
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
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.execute(_COUNT.format(ended="NEW.snooze_kind <> 'time_even_if_reply'"))


def downgrade() -> None:
    op.execute(_COUNT.format(ended="NEW.snooze_kind IN ('reply', 'time_or_reply')"))

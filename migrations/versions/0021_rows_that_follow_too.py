"""What a team knows of a conversation follows it also where the previous release merges"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# As migration 0012 left it.
_BEFORE = """
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
    RETURN OLD;
END $$
"""


def upgrade() -> None:
    # The previous release does not know these tables: their keys would stop each of its merges until its
    # workers are replaced. The survivor is not given the other's assignee: a person decides, as before.
    op.execute(
        """
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
            END IF;
            RETURN OLD;
        END $$
        """
    )


def downgrade() -> None:
    op.execute(_BEFORE)

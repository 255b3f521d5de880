"""A new conversation begins its episode without a look for an earlier one"""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

# A session that made its plan while the table was empty read all of it for each new conversation, until its
# statistics came. What is just being made has no episode: its key would not let it.
_NEW = "IF TG_OP = 'INSERT' THEN INSERT INTO episodes (conversation_id) VALUES (NEW.id); RETURN NULL; END IF;"
_FOLLOW = """
    CREATE OR REPLACE FUNCTION livechat_episode_follows_status() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {new}
        IF NEW.status = 'resolved' THEN
            UPDATE episodes SET resolved_at = clock_timestamp()
                WHERE conversation_id = NEW.id AND resolved_at IS NULL;
            RETURN NULL;
        END IF;
        IF EXISTS (SELECT FROM episodes WHERE conversation_id = NEW.id AND resolved_at IS NULL) THEN
            RETURN NULL;
        END IF;
        -- As EPISODE_GRACE of ``domain.team.conversation_status`` has it.
        UPDATE episodes SET reopens = reopens + 1, resolved_at = NULL
            WHERE id = (SELECT id FROM episodes WHERE conversation_id = NEW.id
                        ORDER BY resolved_at DESC, id DESC LIMIT 1)
                AND resolved_at > clock_timestamp() - interval '12 hours';
        IF NOT FOUND THEN
            INSERT INTO episodes (conversation_id) VALUES (NEW.id);
        END IF;
        RETURN NULL;
    END $$;
"""


def upgrade() -> None:
    op.execute(_FOLLOW.format(new=_NEW))


def downgrade() -> None:
    op.execute(_FOLLOW.format(new=""))

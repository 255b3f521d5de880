"""Episodes of conversations, which follow the status by a trigger"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "episodes",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", _MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("reopens", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("resolved_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["chat_conversations.id"],
            name=op.f("fk_episodes_conversation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episodes")),
    )
    op.create_index(
        "uq_episodes_open",
        "episodes",
        ["conversation_id"],
        unique=True,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_index(
        op.f("ix_episodes_conversation_id_resolved_at"), "episodes", ["conversation_id", "resolved_at"]
    )
    # The conversation's row is locked by whoever changes it, so that its episodes need no lock of their own.
    # Not "UPDATE OF status": what another trigger writes into the row does not count for that.
    op.execute(
        """
        CREATE FUNCTION livechat_episode_follows_status() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
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
        CREATE TRIGGER episode_begins AFTER INSERT ON chat_conversations FOR EACH ROW
            WHEN (NEW.status <> 'resolved') EXECUTE FUNCTION livechat_episode_follows_status();
        CREATE TRIGGER episode_follows_status AFTER UPDATE ON chat_conversations FOR EACH ROW
            WHEN (OLD.status IS DISTINCT FROM NEW.status)
            EXECUTE FUNCTION livechat_episode_follows_status();

        -- Of two that are open the one that began earlier stays; the other is closed first.
        CREATE FUNCTION merge_episodes(loser uuid, winner uuid) RETURNS void LANGUAGE sql AS $$
            UPDATE episodes SET resolved_at = clock_timestamp()
            WHERE conversation_id IN (loser, winner) AND resolved_at IS NULL AND id <> (
                SELECT id FROM episodes WHERE conversation_id IN (loser, winner) AND resolved_at IS NULL
                ORDER BY opened_at, id LIMIT 1);
            UPDATE episodes SET conversation_id = winner WHERE conversation_id = loser
        $$;

        -- The previous release does not know the table, nor that there is a status: where it merges, the
        -- kept conversation stays as it is. Where nothing is kept, an episode is nothing without its thread.
        CREATE FUNCTION livechat_episodes_follow() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            survivor uuid := (SELECT conversation_id FROM conversation_aliases WHERE id = OLD.id);
        BEGIN
            IF survivor IS NULL THEN
                DELETE FROM episodes WHERE conversation_id = OLD.id;
            ELSIF EXISTS (SELECT FROM episodes WHERE conversation_id = OLD.id) THEN
                PERFORM merge_episodes(OLD.id, survivor);
                UPDATE episodes e SET resolved_at = clock_timestamp() FROM chat_conversations c
                    WHERE c.id = survivor AND c.status = 'resolved'
                        AND e.conversation_id = c.id AND e.resolved_at IS NULL;
            END IF;
            RETURN OLD;
        END $$;
        CREATE TRIGGER episodes_follow BEFORE DELETE ON chat_conversations
            FOR EACH ROW EXECUTE FUNCTION livechat_episodes_follow();
        """
    )
    op.execute(
        """
        DO $$
        DECLARE reader text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                ALTER TABLE episodes ENABLE ROW LEVEL SECURITY;
                FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
                    EXECUTE format('REVOKE ALL ON episodes FROM %I', reader);
                END LOOP;
            END IF;
        END $$;
        """
    )


def downgrade() -> None:
    op.execute(
        """
        DROP TRIGGER episodes_follow ON chat_conversations;
        DROP TRIGGER episode_follows_status ON chat_conversations;
        DROP TRIGGER episode_begins ON chat_conversations;
        DROP FUNCTION livechat_episodes_follow();
        DROP FUNCTION merge_episodes(uuid, uuid);
        DROP FUNCTION livechat_episode_follows_status();
        """
    )
    op.drop_table("episodes")

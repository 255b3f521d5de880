"""Private notes, what they said before, and who is named in them"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_CLOCK = sa.text("clock_timestamp()")


def upgrade() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("created_at", _MOMENT, server_default=_CLOCK, nullable=False),
        sa.Column("edited_at", _MOMENT, nullable=True),
        sa.Column("deleted_at", _MOMENT, nullable=True),
        sa.Column("deleted_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("(body IS NULL) = (deleted_at IS NOT NULL)", name=op.f("ck_notes_deleted")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["chat_conversations.id"],
            name=op.f("fk_notes_conversation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index(
        op.f("ix_notes_conversation_id_created_at_id"), "notes", ["conversation_id", "created_at", "id"]
    )
    op.create_table(
        "note_versions",
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("replaced_at", _MOMENT, server_default=_CLOCK, nullable=False),
        sa.Column("replaced_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["note_id"], ["notes.id"], name=op.f("fk_note_versions_note_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("note_id", "version", name=op.f("pk_note_versions")),
    )
    op.create_table(
        "note_mentions",
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("num_nonnulls(user_id, team_id) = 1", name=op.f("ck_note_mentions_one")),
        sa.ForeignKeyConstraint(
            ["note_id"], ["notes.id"], name=op.f("fk_note_mentions_note_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("note_id", "position", name=op.f("pk_note_mentions")),
    )
    # The previous release does not know the table: its key would stop each of its merges until its workers
    # are replaced. A trigger of its own, so that it does not matter which others there are beside it.
    op.execute(
        """
        CREATE FUNCTION livechat_notes_follow() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            survivor uuid := (SELECT conversation_id FROM conversation_aliases WHERE id = OLD.id);
        BEGIN
            UPDATE notes SET conversation_id = survivor WHERE conversation_id = OLD.id AND survivor IS NOT NULL;
            RETURN OLD;
        END $$;
        CREATE TRIGGER notes_follow BEFORE DELETE ON chat_conversations
            FOR EACH ROW EXECUTE FUNCTION livechat_notes_follow();
        """
    )
    op.execute(
        """
        DO $$
        DECLARE name text; reader text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                FOREACH name IN ARRAY ARRAY['notes', 'note_versions', 'note_mentions'] LOOP
                    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
                    FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
                        EXECUTE format('REVOKE ALL ON %I FROM %I', name, reader);
                    END LOOP;
                END LOOP;
            END IF;
        END $$;
        """
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER notes_follow ON chat_conversations")
    op.execute("DROP FUNCTION livechat_notes_follow()")
    op.drop_table("note_mentions")
    op.drop_table("note_versions")
    op.drop_table("notes")

"""Canned replies, and the files that they carry"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_NOW = sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "canned_replies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("owner_user_id", sa.Uuid(), nullable=True),
        sa.Column("shortcut", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("archived_at", _MOMENT, nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.Column("updated_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.CheckConstraint(
            "scope IN ('workspace', 'team', 'personal')", name=op.f("ck_canned_replies_scope")
        ),
        sa.CheckConstraint("(scope = 'team') = (team_id IS NOT NULL)", name=op.f("ck_canned_replies_team")),
        sa.CheckConstraint(
            "(scope = 'personal') = (owner_user_id IS NOT NULL)", name=op.f("ck_canned_replies_owner")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_canned_replies_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_canned_replies_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_replies")),
    )
    op.create_index(
        "uq_canned_replies_shortcut",
        "canned_replies",
        [
            "workspace_id",
            sa.text("coalesce(team_id, owner_user_id, workspace_id)"),
            sa.text("fold_name(shortcut)"),
        ],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        op.f("ix_canned_replies_team_id"),
        "canned_replies",
        ["team_id"],
        postgresql_where=sa.text("team_id IS NOT NULL"),
    )
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON canned_replies "
        "FOR EACH ROW EXECUTE FUNCTION livechat_touch_updated_at()"
    )
    op.create_table(
        "canned_reply_media",
        sa.Column("canned_reply_id", sa.Uuid(), nullable=False),
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["canned_reply_id"],
            ["canned_replies.id"],
            name=op.f("fk_canned_reply_media_canned_reply_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_canned_reply_media_media_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("canned_reply_id", "media_id", name=op.f("pk_canned_reply_media")),
    )
    op.create_index(op.f("ix_canned_reply_media_media_id"), "canned_reply_media", ["media_id"])
    op.execute(
        """
        DO $$
        DECLARE name text; reader text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                FOREACH name IN ARRAY ARRAY['canned_replies', 'canned_reply_media'] LOOP
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
    op.drop_table("canned_reply_media")
    op.drop_table("canned_replies")

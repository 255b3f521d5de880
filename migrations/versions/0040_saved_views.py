"""Saved views of the list of conversations"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_NOW = sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("owner_user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filter", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sort", sa.String(length=16), nullable=False),
        sa.Column("created_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.Column("updated_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.CheckConstraint(
            "visibility IN ('private', 'team', 'all')", name=op.f("ck_saved_views_visibility")
        ),
        sa.CheckConstraint("(visibility = 'team') = (team_id IS NOT NULL)", name=op.f("ck_saved_views_team")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_saved_views_workspace_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_saved_views_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
    )
    op.create_index(op.f("ix_saved_views_workspace_id"), "saved_views", ["workspace_id"])
    op.create_index(
        op.f("ix_saved_views_team_id"),
        "saved_views",
        ["team_id"],
        postgresql_where=sa.text("team_id IS NOT NULL"),
    )
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON saved_views "
        "FOR EACH ROW EXECUTE FUNCTION livechat_touch_updated_at()"
    )
    op.execute(
        """
        DO $$
        DECLARE reader text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                ALTER TABLE saved_views ENABLE ROW LEVEL SECURITY;
                FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
                    EXECUTE format('REVOKE ALL ON saved_views FROM %I', reader);
                END LOOP;
            END IF;
        END $$;
        """
    )


def downgrade() -> None:
    op.drop_table("saved_views")

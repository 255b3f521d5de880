"""What members choose of being there, and each time that they did"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_WORDS = "('available', 'away', 'off')"


def upgrade() -> None:
    # A constant default: no rewrite, and the previous release goes on inserting.
    op.add_column(
        "workspace_members",
        sa.Column("availability", sa.String(length=16), server_default="available", nullable=False),
    )
    op.add_column("workspace_members", sa.Column("available_again_at", _MOMENT, nullable=True))
    op.create_check_constraint(
        op.f("ck_workspace_members_availability"), "workspace_members", f"availability IN {_WORDS}"
    )
    op.create_index(
        op.f("ix_workspace_members_available_again_at"),
        "workspace_members",
        ["available_again_at"],
        postgresql_where=sa.text("available_again_at IS NOT NULL"),
    )
    op.create_table(
        "availability_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("availability", sa.String(length=16), nullable=False),
        sa.Column("until", _MOMENT, nullable=True),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.CheckConstraint(f"availability IN {_WORDS}", name=op.f("ck_availability_changes_availability")),
        sa.CheckConstraint("cause IN ('user', 'until')", name=op.f("ck_availability_changes_cause")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["workspace_members.workspace_id", "workspace_members.user_id"],
            name="fk_availability_changes_member",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_changes")),
    )
    op.create_index(
        op.f("ix_availability_changes_workspace_id_user_id_at"),
        "availability_changes",
        ["workspace_id", "user_id", "at"],
    )
    op.execute(
        """
        DO $$
        DECLARE reader text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                ALTER TABLE availability_changes ENABLE ROW LEVEL SECURITY;
                FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
                    EXECUTE format('REVOKE ALL ON availability_changes FROM %I', reader);
                END LOOP;
            END IF;
        END $$;
        """
    )


def downgrade() -> None:
    op.drop_table("availability_changes")
    op.drop_index(op.f("ix_workspace_members_available_again_at"), "workspace_members")
    op.drop_constraint(op.f("ck_workspace_members_availability"), "workspace_members", type_="check")
    for column in ("available_again_at", "availability"):
        op.drop_column("workspace_members", column)

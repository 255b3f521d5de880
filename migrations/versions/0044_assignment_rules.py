"""Rules by which conversations find whoever answers them, and when one gave a member something last"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_NOW = sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "assignment_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("phone_number_id", sa.Text(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("limit_per_agent", sa.Integer(), nullable=False),
        sa.Column("need_presence", sa.Boolean(), nullable=False),
        sa.Column("reopen", sa.String(length=24), nullable=False),
        sa.Column("reply_minutes", sa.Integer(), nullable=True),
        sa.Column("max_bounces", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.Column("updated_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(phone_number_id, team_id) = 1", name=op.f("ck_assignment_rules_one")
        ),
        sa.CheckConstraint(
            "mode IN ('manual', 'round_robin', 'least_busy')", name=op.f("ck_assignment_rules_mode")
        ),
        sa.CheckConstraint(
            "reopen IN ('same_if_available', 'team', 'unassigned')", name=op.f("ck_assignment_rules_reopen")
        ),
        sa.CheckConstraint(
            "limit_per_agent > 0 AND reply_minutes > 0 AND max_bounces >= 0",
            name=op.f("ck_assignment_rules_numbers"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_assignment_rules_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["phone_number_id"],
            ["phone_numbers.phone_number_id"],
            name=op.f("fk_assignment_rules_phone_number_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_assignment_rules_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_rules")),
    )
    for name, columns in (
        ("uq_assignment_rules_number", ["workspace_id", "phone_number_id"]),
        ("uq_assignment_rules_team", ["workspace_id", "team_id"]),
    ):
        op.create_index(name, "assignment_rules", columns, unique=True)
    op.create_index(
        "ix_assignment_rules_working",
        "assignment_rules",
        ["workspace_id"],
        postgresql_where=sa.text("mode <> 'manual'"),
    )
    op.create_index(op.f("ix_assignment_rules_phone_number_id"), "assignment_rules", ["phone_number_id"])
    op.create_index(op.f("ix_assignment_rules_team_id"), "assignment_rules", ["team_id"])
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON assignment_rules "
        "FOR EACH ROW EXECUTE FUNCTION livechat_touch_updated_at()"
    )
    op.execute(
        """
        DO $$
        DECLARE reader text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                ALTER TABLE assignment_rules ENABLE ROW LEVEL SECURITY;
                FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
                    EXECUTE format('REVOKE ALL ON assignment_rules FROM %I', reader);
                END LOOP;
            END IF;
        END $$;
        """
    )
    op.add_column("workspace_members", sa.Column("last_auto_assigned_at", _MOMENT, nullable=True))


def downgrade() -> None:
    op.drop_column("workspace_members", "last_auto_assigned_at")
    op.drop_table("assignment_rules")

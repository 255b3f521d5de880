"""Message templates, notices about accounts, and what a number's own page at Meta says

Revision ID: 0006
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_TABLES = ("message_templates", "account_notices")


def upgrade() -> None:
    op.create_table(
        "message_templates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("meta_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("sub_category", sa.Text(), nullable=True),
        sa.Column("parameter_format", sa.Text(), nullable=False),
        sa.Column("components", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("quality", sa.Text(), nullable=True),
        sa.Column("rejected_reason", sa.Text(), nullable=True),
        sa.Column("status_at", _MOMENT, nullable=False),
        sa.Column("synced_at", _MOMENT, nullable=False),
        sa.Column("created_at", _MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", _MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["waba_accounts.id"],
            name=op.f("fk_message_templates_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_templates")),
        sa.UniqueConstraint(
            "account_id", "name", "language", name=op.f("uq_message_templates_account_id_name_language")
        ),
    )
    op.create_index(
        op.f("ix_message_templates_account_id_status"), "message_templates", ["account_id", "status"]
    )
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON message_templates "
        "FOR EACH ROW EXECUTE FUNCTION livechat_touch_updated_at()"
    )
    op.create_table(
        "account_notices",
        sa.Column("waba_id", sa.Text(), nullable=False),
        sa.Column("phone_number_id", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("happened_at", _MOMENT, nullable=False),
        sa.Column("until", _MOMENT, nullable=True),
        sa.CheckConstraint(
            "severity IN ('info', 'warning', 'critical')", name=op.f("ck_account_notices_severity")
        ),
        sa.PrimaryKeyConstraint("waba_id", "phone_number_id", "code", name=op.f("pk_account_notices")),
    )
    op.add_column("waba_accounts", sa.Column("templates_synced_at", _MOMENT, nullable=True))
    op.add_column(
        "waba_accounts",
        sa.Column("templates_due_at", _MOMENT, server_default=sa.text("now()"), nullable=False),
    )
    op.add_column(
        "waba_accounts",
        sa.Column("templates_failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("phone_numbers", sa.Column("messaging_limit", sa.Text(), nullable=True))
    op.add_column(
        "phone_numbers",
        sa.Column("on_business_app", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("phone_numbers", sa.Column("app_history_asked_at", _MOMENT, nullable=True))
    op.add_column("phone_numbers", sa.Column("app_contacts_asked_at", _MOMENT, nullable=True))
    op.add_column(
        "phone_numbers",
        sa.Column("refresh_due_at", _MOMENT, server_default=sa.text("now()"), nullable=False),
    )
    op.add_column(
        "chat_conversations",
        sa.Column("is_blocked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    # As the first migration does for its own: closed to Supabase's automatic REST API.
    for table in _TABLES:
        op.execute(
            "DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN "  # noqa: S608
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; END IF; END $$"
        )


def downgrade() -> None:
    op.drop_column("chat_conversations", "is_blocked")
    for column in (
        "refresh_due_at",
        "app_contacts_asked_at",
        "app_history_asked_at",
        "on_business_app",
        "messaging_limit",
    ):
        op.drop_column("phone_numbers", column)
    for column in ("templates_failures", "templates_due_at", "templates_synced_at"):
        op.drop_column("waba_accounts", column)
    op.drop_table("account_notices")
    op.drop_table("message_templates")

"""What workspaces write down of people, with its kind"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_NOW = sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "attribute_definitions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("options", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("archived_at", _MOMENT, nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.Column("updated_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.CheckConstraint(
            "type IN ('text', 'number', 'date', 'list', 'bool', 'link')",
            name=op.f("ck_attribute_definitions_type"),
        ),
        sa.CheckConstraint(
            "(type = 'list') = (options IS NOT NULL)", name=op.f("ck_attribute_definitions_options")
        ),
        sa.CheckConstraint("key ~ '^[a-z][a-z0-9_]*$'", name=op.f("ck_attribute_definitions_key")),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_attribute_definitions_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attribute_definitions")),
    )
    op.create_index(
        "uq_attribute_definitions_key", "attribute_definitions", ["workspace_id", "key"], unique=True
    )
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON attribute_definitions "
        "FOR EACH ROW EXECUTE FUNCTION livechat_touch_updated_at()"
    )
    op.execute(
        """
        DO $$
        DECLARE reader text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                ALTER TABLE attribute_definitions ENABLE ROW LEVEL SECURITY;
                FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
                    EXECUTE format('REVOKE ALL ON attribute_definitions FROM %I', reader);
                END LOOP;
            END IF;
        END $$;
        """
    )


def downgrade() -> None:
    op.drop_table("attribute_definitions")

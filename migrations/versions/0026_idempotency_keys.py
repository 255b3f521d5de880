"""Requests that made something, under their clients' keys"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "scope", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"])
    op.execute(
        """
        DO $$
        DECLARE reader text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
                FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
                    EXECUTE format('REVOKE ALL ON idempotency_keys FROM %I', reader);
                END LOOP;
            END IF;
        END $$;
        """
    )


def downgrade() -> None:
    op.drop_table("idempotency_keys")

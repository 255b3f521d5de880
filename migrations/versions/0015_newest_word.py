"""Accounts: when a token was stored and a number last resumed, so that older complaints stop nothing"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Null: not since this release. The previous one writes neither, and any complaint stops a number there.
    op.add_column("phone_numbers", sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("waba_accounts", sa.Column("token_set_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("waba_accounts", "token_set_at")
    op.drop_column("phone_numbers", "resumed_at")

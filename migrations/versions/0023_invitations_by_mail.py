"""Invitations whose mail is owed"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invitations", sa.Column("mail_link_encrypted", sa.Text(), nullable=True))
    op.add_column("invitations", sa.Column("mail_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "invitations",
        sa.Column("mail_attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    # Some hundred rows at most wait for an answer: no need to build it beside the writers.
    op.create_index(
        op.f("ix_invitations_mail_due_at"),
        "invitations",
        ["mail_due_at"],
        postgresql_where=sa.text("mail_due_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_invitations_mail_due_at"), table_name="invitations")
    for column in ("mail_attempts", "mail_due_at", "mail_link_encrypted"):
        op.drop_column("invitations", column)

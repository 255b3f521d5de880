"""What is snoozed until a time is found by it"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # One that was interrupted is left behind invalid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_chat_conversations_snoozed_until")
        op.create_index(
            "ix_chat_conversations_snoozed_until",
            "chat_conversations",
            ["snoozed_until"],
            postgresql_where=sa.text("status = 'snoozed'"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("ix_chat_conversations_snoozed_until", table_name="chat_conversations")

"""Messages are found by the end of their ids, which is the same under each id of the customer"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # One that was interrupted is left behind invalid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_chat_messages_ending")
        op.create_index(
            "ix_chat_messages_ending",
            "chat_messages",
            ["conversation_id", sa.text('"right"(wamid, 16)')],
            postgresql_where=sa.text("wamid IS NOT NULL"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("ix_chat_messages_ending", table_name="chat_messages")

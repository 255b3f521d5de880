"""Messages are found by what they quote: an open page is told once that is here"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # One that was interrupted is left behind invalid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_chat_messages_quotes")
        op.create_index(
            "ix_chat_messages_quotes",
            "chat_messages",
            ["reply_to_wamid"],
            postgresql_where=sa.text("reply_to_wamid IS NOT NULL"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("ix_chat_messages_quotes", table_name="chat_messages")

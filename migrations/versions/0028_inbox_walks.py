"""Indexes by which the inbox is walked in every scope, status and order"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_NEWEST = [sa.text("last_message_time DESC"), sa.text("id DESC")]
_NEW = {
    "standing": (["phone_number_id", "status", sa.text("(assignee_id IS NULL)"), *_NEWEST], None),
    "assigned": (["assignee_id", "status", *_NEWEST], "assignee_id IS NOT NULL"),
    "of_team": (["team_id", "status", *_NEWEST], "team_id IS NOT NULL"),
    "waiting": (["phone_number_id", "waiting_since", "id"], "waiting_since IS NOT NULL"),
    "heard": (["phone_number_id", "last_inbound_at", "id"], None),
}
# What these were for, "assigned" and "of_team" do too.
_OLD = {
    "assignee_id": (["assignee_id"], "assignee_id IS NOT NULL"),
    "team_id": (["team_id"], "team_id IS NOT NULL"),
}


def upgrade() -> None:
    _exchange(_OLD, _NEW)


def downgrade() -> None:
    _exchange(_NEW, _OLD)


def _exchange(old: dict, new: dict) -> None:
    with op.get_context().autocommit_block():
        for name, (columns, condition) in new.items():
            # One that was interrupted is left behind invalid.
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS ix_chat_conversations_{name}")
            op.create_index(
                f"ix_chat_conversations_{name}",
                "chat_conversations",
                columns,
                postgresql_where=sa.text(condition) if condition else None,
                postgresql_concurrently=True,
            )
        for name in old:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS ix_chat_conversations_{name}")

"""Indexes that tell what tabs and badges count, without the rows"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_NEWEST = [sa.text("last_message_time DESC"), sa.text("id DESC")]
_SHOWN = "last_message_id IS NOT NULL OR last_inbound_at IS NOT NULL AND NOT begun_silently"
_STANDING = ["phone_number_id", "status", sa.text("(assignee_id IS NULL)"), *_NEWEST]
_WAITING = ["phone_number_id", "waiting_since", "id"]
_HEARD = ["phone_number_id", "last_inbound_at", "id"]
# {name: (columns, condition, what each entry has besides)}
_NEW = {
    "shown": (_STANDING, _SHOWN, ["assignee_id"]),
    "owed": (
        _WAITING,
        "waiting_since IS NOT NULL",
        ["status", "last_message_id", "last_inbound_at", "begun_silently"],
    ),
    "reachable": (_HEARD, f"gone_at IS NULL AND ({_SHOWN})", ["status", "window_refused_at"]),
    "unseen": (
        ["phone_number_id", *_NEWEST],
        "unread_count > 0",
        ["unread_count", "assignee_id", "team_id"],
    ),
}
# What these were for, those do too.
_OLD = {
    "standing": (_STANDING, None, []),
    "waiting": (_WAITING, "waiting_since IS NOT NULL", []),
    "heard": (_HEARD, None, []),
    "unread": (["phone_number_id", *_NEWEST], "unread_count > 0", []),
}


_NAME = "ix_chat_conversations_name"


def upgrade() -> None:
    # What changed since the last vacuum is looked up in the row all the same.
    op.execute("ALTER TABLE chat_conversations SET (autovacuum_vacuum_scale_factor = 0.05)")
    _exchange(_OLD, _NEW)
    with op.get_context().autocommit_block():
        # Since migration 0016 people are found by an index of their folded names; no statement asks this one.
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {_NAME}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {_NAME}")
        op.create_index(
            _NAME,
            "chat_conversations",
            ["customer_name"],
            postgresql_using="gin",
            postgresql_ops={"customer_name": "gin_trgm_ops"},
            postgresql_concurrently=True,
        )
    _exchange(_NEW, _OLD)
    op.execute("ALTER TABLE chat_conversations RESET (autovacuum_vacuum_scale_factor)")


def _exchange(old: dict, new: dict) -> None:
    with op.get_context().autocommit_block():
        for name, (columns, condition, besides) in new.items():
            # One that was interrupted is left behind invalid.
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS ix_chat_conversations_{name}")
            op.create_index(
                f"ix_chat_conversations_{name}",
                "chat_conversations",
                columns,
                postgresql_where=sa.text(condition) if condition else None,
                postgresql_include=besides or None,
                postgresql_concurrently=True,
            )
        for name in old:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS ix_chat_conversations_{name}")

"""Who follows a conversation is written down, since that decides who sees it"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_NAME = "ck_conversation_changes_field"
_BEFORE = "'assignee', 'team', 'status', 'snooze', 'priority', 'label', 'person'"


def _allow(fields: str) -> None:
    # Rows that are there satisfy both; they are looked through without keeping writers out.
    op.execute(f"ALTER TABLE conversation_changes DROP CONSTRAINT {_NAME}")
    op.execute(
        f"ALTER TABLE conversation_changes ADD CONSTRAINT {_NAME} CHECK (field IN ({fields})) NOT VALID"
    )
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE conversation_changes VALIDATE CONSTRAINT {_NAME}")


def upgrade() -> None:
    _allow(f"{_BEFORE}, 'watcher'")


def downgrade() -> None:
    op.execute("DELETE FROM conversation_changes WHERE field = 'watcher'")
    _allow(_BEFORE)

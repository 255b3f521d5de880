"""Names of groups wait for their conversations too"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_NAME = "ck_waiting_names_kind"


def upgrade() -> None:
    op.drop_constraint(op.f(_NAME), "waiting_names", type_="check")
    op.create_check_constraint(op.f(_NAME), "waiting_names", "kind IN ('phone', 'user_id', 'group')")


def downgrade() -> None:
    op.execute("DELETE FROM waiting_names WHERE kind = 'group'")
    op.drop_constraint(op.f(_NAME), "waiting_names", type_="check")
    op.create_check_constraint(op.f(_NAME), "waiting_names", "kind IN ('phone', 'user_id')")

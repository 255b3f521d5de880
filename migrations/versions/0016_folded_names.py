"""People are searched by name, username and number, folded; some of whom nothing is shown are not listed"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# Combining marks (Latin, Hebrew and Arabic points, hamza above and below), the Arabic stretch, format characters.
_MARKS = (
    r"[\u0300-\u036F\u0483-\u0489\u0591-\u05C7\u0610-\u061A\u0640\u064B-\u065F\u0670\u06D6-\u06ED"
    r"\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF\uFE20-\uFE2F\u00AD\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]"
)
# Letters that have no decomposition, and are typed as their neighbours.
_FROM, _TO = "ıłøđðħŧςٱةىکیہھۀ", "iloddhtσاهيكيههه"


def upgrade() -> None:
    op.add_column(
        "chat_conversations",
        sa.Column("begun_silently", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.execute("UPDATE chat_conversations SET begun_silently = true WHERE last_message_id IS NULL")
    # Each stands by itself: ANALYZE runs them with a search path that knows no function of ours.
    for head, given in (
        ("fold_name(given text)", "given"),
        ("fold_person(name text, username text, phone text)", "concat_ws(' ', name, username, phone)"),
    ):
        op.execute(
            f"""
            CREATE OR REPLACE FUNCTION {head} RETURNS text
            LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 200 AS $$
            BEGIN
                RETURN normalize(translate(replace(replace(replace(replace(
                    lower(regexp_replace(normalize({given}, NFKD), '{_MARKS}', '', 'g')),
                    'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), '{_FROM}', '{_TO}'), NFC);
            END
            $$
            """
        )
    with op.get_context().autocommit_block():
        # One that was interrupted is left behind invalid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_chat_conversations_search")
        op.create_index(
            "ix_chat_conversations_search",
            "chat_conversations",
            [
                sa.literal_column("fold_person(customer_name, customer_username, customer_phone)").label(
                    "searched"
                )
            ],
            postgresql_ops={"searched": "gin_trgm_ops"},
            postgresql_using="gin",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("ix_chat_conversations_search", table_name="chat_conversations")
    op.execute("DROP FUNCTION fold_person(text, text, text)")
    op.execute("DROP FUNCTION fold_name(text)")
    op.drop_column("chat_conversations", "begun_silently")

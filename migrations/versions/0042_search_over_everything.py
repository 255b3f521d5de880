"""Messages and notes are found by their words, and a number's messages by their time

Interrupted, it is run again: all of it may come twice.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

# Whoever changes what a row says and not its words, as the previous release does, leaves it to be looked at
# again: it is no longer found by what it does not say any more.
_FORGET = """
CREATE OR REPLACE FUNCTION livechat_forget_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.search IS NOT DISTINCT FROM OLD.search THEN
        NEW.search := NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER forget_words BEFORE UPDATE OF text, content ON chat_messages FOR EACH ROW
    WHEN (NEW.text IS DISTINCT FROM OLD.text OR NEW.content IS DISTINCT FROM OLD.content)
    EXECUTE FUNCTION livechat_forget_words();
CREATE OR REPLACE TRIGGER forget_words BEFORE UPDATE OF body ON notes FOR EACH ROW
    WHEN (NEW.body IS DISTINCT FROM OLD.body)
    EXECUTE FUNCTION livechat_forget_words();
"""
_INDEXES = (
    ("ix_chat_messages_wordless", "chat_messages", ["seq"], {"postgresql_where": sa.text("search IS NULL")}),
    (
        "ix_chat_messages_words",
        "chat_messages",
        ["search"],
        {"postgresql_using": "gin", "postgresql_with": {"gin_pending_list_limit": "1024"}},
    ),
    (
        "ix_chat_messages_number",
        "chat_messages",
        ["phone_number_id", sa.text("timestamp DESC"), sa.text("seq DESC")],
        {},
    ),
    ("ix_notes_wordless", "notes", ["id"], {"postgresql_where": sa.text("search IS NULL")}),
    ("ix_notes_words", "notes", ["search"], {"postgresql_using": "gin"}),
    ("ix_notes_recent", "notes", [sa.text("created_at DESC"), sa.text("id DESC")], {}),
)


def upgrade() -> None:
    for table in ("chat_messages", "notes"):
        # Null: not yet looked at. The task that looks finds these by an index of them alone.
        op.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS search tsvector")
    op.execute(_FORGET)
    with op.get_context().autocommit_block():
        # No statement ever used it.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_chat_messages_search")
        for name, table, columns, options in _INDEXES:
            # One that was interrupted is left behind invalid.
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.create_index(name, table, columns, postgresql_concurrently=True, **options)


def downgrade() -> None:
    for name, table, _, _ in _INDEXES:
        op.drop_index(name, table_name=table)
    for table in ("chat_messages", "notes"):
        op.execute(f"DROP TRIGGER forget_words ON {table}")
        op.drop_column(table, "search")
    op.execute("DROP FUNCTION livechat_forget_words()")
    op.create_index(
        "ix_chat_messages_search",
        "chat_messages",
        [sa.text("to_tsvector('simple', left(text, 65536))")],
        postgresql_using="gin",
    )

"""Who is who: every id that ever led to a conversation, and conversations that no id leads to any more"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SOMEONE = "customer_phone IS NOT NULL OR customer_user_id IS NOT NULL OR group_id IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "conversation_other_ids",
        sa.Column("phone_number_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind IN ('phone', 'user_id')", name=op.f("ck_conversation_other_ids_kind")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["chat_conversations.id"],
            name=op.f("fk_conversation_other_ids_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "phone_number_id", "kind", "value", "left_at", name=op.f("pk_conversation_other_ids")
        ),
    )
    op.create_index(
        op.f("ix_conversation_other_ids_conversation_id"), "conversation_other_ids", ["conversation_id"]
    )
    # The previous release goes on writing the older table, which keeps the last departure of an id only, and
    # does not know of this one when it merges two conversations.
    op.execute(
        """
        CREATE FUNCTION copy_former_id() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO conversation_other_ids (phone_number_id, kind, value, left_at, conversation_id)
            VALUES (NEW.phone_number_id, NEW.kind, NEW.value, NEW.left_at, NEW.conversation_id)
            ON CONFLICT (phone_number_id, kind, value, left_at) DO NOTHING;
            RETURN NULL;
        END $$;
        CREATE TRIGGER copy_former_id AFTER INSERT OR UPDATE ON conversation_former_ids
            FOR EACH ROW EXECUTE FUNCTION copy_former_id();
        CREATE FUNCTION keep_other_ids() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE conversation_other_ids o SET conversation_id = a.conversation_id
            FROM conversation_aliases a WHERE a.id = OLD.id AND o.conversation_id = OLD.id;
            RETURN OLD;
        END $$;
        CREATE TRIGGER keep_other_ids BEFORE DELETE ON chat_conversations
            FOR EACH ROW EXECUTE FUNCTION keep_other_ids();
        INSERT INTO conversation_other_ids (phone_number_id, kind, value, left_at, conversation_id)
            SELECT phone_number_id, kind, value, left_at, conversation_id FROM conversation_former_ids
            ON CONFLICT DO NOTHING;
        """
    )
    op.add_column("chat_conversations", sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        f"""
        ALTER TABLE chat_conversations DROP CONSTRAINT ck_chat_conversations_someone;
        ALTER TABLE chat_conversations ADD CONSTRAINT ck_chat_conversations_someone
            CHECK ({_SOMEONE} OR gone_at IS NOT NULL) NOT VALID;
        DO $$
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                ALTER TABLE conversation_other_ids ENABLE ROW LEVEL SECURITY;
            END IF;
        END $$;
        """  # noqa: S608  # a constant of this module
    )
    # Reads the table beside its readers and writers: no row can break what was stricter before.
    op.execute("ALTER TABLE chat_conversations VALIDATE CONSTRAINT ck_chat_conversations_someone")


def downgrade() -> None:
    op.execute(
        f"""
        UPDATE chat_conversations SET customer_user_id = 'gone:' || id WHERE NOT ({_SOMEONE});
        ALTER TABLE chat_conversations DROP CONSTRAINT ck_chat_conversations_someone;
        ALTER TABLE chat_conversations ADD CONSTRAINT ck_chat_conversations_someone CHECK ({_SOMEONE});
        DROP TRIGGER keep_other_ids ON chat_conversations;
        DROP FUNCTION keep_other_ids();
        DROP TRIGGER copy_former_id ON conversation_former_ids;
        DROP FUNCTION copy_former_id();
        """  # noqa: S608  # a constant of this module
    )
    op.drop_column("chat_conversations", "gone_at")
    op.drop_table("conversation_other_ids")

"""Files of messages"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "media",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("phone_number_id", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("meta_id", sa.Text(), nullable=True),
        sa.Column("claimed_mime_type", sa.Text(), nullable=True),
        sa.Column("claimed_digest", sa.Text(), nullable=True),
        sa.Column("filename", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mime_type", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("has_thumbnail", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("duration", sa.Float(), nullable=True),
        sa.Column("waveform", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("is_animated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("uploaded_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'fetching', 'ready', 'failed')", name=op.f("ck_media_state")
        ),
        sa.CheckConstraint(
            "(state = 'fetching') = (claimed_until IS NOT NULL)", name=op.f("ck_media_claimed_until")
        ),
        sa.CheckConstraint(
            "state <> 'ready' OR (mime_type IS NOT NULL AND size IS NOT NULL)", name=op.f("ck_media_ready")
        ),
        sa.CheckConstraint(
            "kind IN ('image', 'video', 'audio', 'voice', 'document', 'sticker')",
            name=op.f("ck_media_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
    )
    op.create_index(
        "ix_media_due", "media", ["next_attempt_at"], postgresql_where=sa.text("state = 'pending'")
    )
    op.create_index(
        "ix_media_claimed", "media", ["claimed_until"], postgresql_where=sa.text("state = 'fetching'")
    )
    op.create_index(
        "ix_media_uploaded", "media", ["created_at"], postgresql_where=sa.text("source = 'upload'")
    )
    op.create_table(
        "message_media",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["chat_messages.id"],
            name=op.f("fk_message_media_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_message_media_media_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message_media")),
    )
    op.create_index(op.f("ix_message_media_media_id"), "message_media", ["media_id"])
    op.create_table(
        "media_uploads",
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("phone_number_id", sa.Text(), nullable=False),
        sa.Column("meta_id", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_media_uploads_media_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("media_id", "phone_number_id", name=op.f("pk_media_uploads")),
    )
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON media "
        "FOR EACH ROW EXECUTE FUNCTION livechat_touch_updated_at()"
    )
    # Files of messages that came before this release are fetched too, while Meta still has them (7 days).
    op.execute(
        """
        WITH waiting AS (
            SELECT m.id AS message_id, gen_random_uuid() AS media_id, m.phone_number_id, m.message_type,
                   m.timestamp, m.content->m.message_type AS part
            FROM chat_messages m
            WHERE m.content->'media'->>'state' = 'pending' AND m.origin <> 'livechat'
                AND m.timestamp > now() - interval '7 days'
                AND m.message_type IN ('image', 'video', 'audio', 'document', 'sticker')
        ), added AS (
            INSERT INTO media (id, phone_number_id, source, kind, state, meta_id, claimed_mime_type,
                               claimed_digest, filename, expires_at, next_attempt_at)
            SELECT media_id, phone_number_id, 'meta',
                   CASE WHEN message_type = 'audio' AND part->>'voice' = 'true' THEN 'voice'
                        ELSE message_type END,
                   'pending', part->>'id', part->>'mime_type', part->>'sha256', part->>'filename',
                   timestamp + interval '7 days', now()
            FROM waiting
        )
        INSERT INTO message_media (message_id, media_id) SELECT message_id, media_id FROM waiting
        """
    )
    # Closed to Supabase's automatic REST API, as the tables of the first migration are.
    op.execute(
        """
        DO $$
        DECLARE name text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                FOREACH name IN ARRAY ARRAY['media', 'message_media', 'media_uploads'] LOOP
                    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
                END LOOP;
            END IF;
        END $$
        """
    )


def downgrade() -> None:
    op.drop_table("media_uploads")
    op.drop_table("message_media")
    op.drop_table("media")

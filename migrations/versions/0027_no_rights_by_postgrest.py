"""Supabase's roles for browsers lose their rights to the older tables, as to the newer ones"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# Those of before 0018. They let no row through since they were made (RLS without a policy); rights that Supabase
# gives by default stayed, and among them is TRUNCATE, which asks no policy.
_TABLES = (
    "account_events",
    "account_members",
    "account_notices",
    "chat_conversations",
    "chat_drafts",
    "chat_messages",
    "conversation_aliases",
    "conversation_former_ids",
    "conversation_other_ids",
    "media",
    "media_uploads",
    "message_card_files",
    "message_changes",
    "message_media",
    "message_reactions",
    "message_statuses",
    "message_templates",
    "phone_numbers",
    "waba_accounts",
    "waiting_names",
    "webhook_counts",
    "webhook_events",
)


def upgrade() -> None:
    names = ", ".join(_TABLES)
    op.execute(
        f"""
        DO $$
        DECLARE reader text;
        BEGIN
            FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
                EXECUTE format('REVOKE ALL ON {names} FROM %I', reader);
            END LOOP;
        END $$;
        """  # noqa: S608  # constants of this module
    )


def downgrade() -> None:
    """Rights that nobody needed are not given back."""

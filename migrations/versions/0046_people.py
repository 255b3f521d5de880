"""What a team knows of a customer over all its numbers, and the name that it gives them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_NOW = sa.text("now()")
_TABLES = ("people", "person_ids", "person_conversations")


def upgrade() -> None:
    _create_tables()
    for name in ("given_name", "profile_name"):
        op.add_column("chat_conversations", sa.Column(name, sa.Text(), nullable=True))
    _know_people()
    _show_names()
    _follow_merges()
    for table in _TABLES:
        _close_to_postgrest(table)


def _create_tables() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=True),
        sa.Column("named_by", sa.Uuid(), nullable=True),
        sa.Column("named_at", _MOMENT, nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("attributes", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.Column("updated_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.CheckConstraint("display_name <> ''", name=op.f("ck_people_display_name")),
        sa.CheckConstraint("jsonb_typeof(attributes) = 'object'", name=op.f("ck_people_attributes")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_people_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_index(op.f("ix_people_workspace_id"), "people", ["workspace_id"])
    op.create_table(
        "person_ids",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('phone', 'bsuid')", name=op.f("ck_person_ids_kind")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_person_ids_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "kind", "value", name=op.f("pk_person_ids")),
    )
    op.create_index(op.f("ix_person_ids_person_id"), "person_ids", ["person_id"])
    op.create_table(
        "person_conversations",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["chat_conversations.id"],
            name=op.f("fk_person_conversations_conversation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_person_conversations_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_person_conversations")),
    )
    op.create_index(op.f("ix_person_conversations_person_id"), "person_conversations", ["person_id"])
    op.execute(
        "CREATE TRIGGER touch_updated_at BEFORE UPDATE ON people "
        "FOR EACH ROW EXECUTE FUNCTION livechat_touch_updated_at()"
    )


def _know_people() -> None:
    """Who is known is known again in a new conversation, whoever makes it: no message has a statement more."""
    op.execute(
        """
        -- As domain.phone.phone_key.
        CREATE FUNCTION livechat_phone_key(phone text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
            SELECT CASE
                WHEN phone ~ '^55[0-9]{2}9[6-9][0-9]{7}$' THEN left(phone, 4) || substr(phone, 6)
                WHEN phone ~ '^521[0-9]{10}$' THEN '52' || substr(phone, 4)
                WHEN phone ~ '^549[0-9]{10}$' THEN '54' || substr(phone, 4)
                WHEN phone ~ '^22901[0-9]{8}$' THEN '229' || substr(phone, 6)
                ELSE phone
            END
        $$;

        -- The person with these ids. A phone alone does not make somebody of whom the account knows under
        -- another business-scoped id: then the number has been given to somebody else.
        CREATE FUNCTION livechat_known_person(workspace uuid, account uuid, phone text, bsuid text)
        RETURNS uuid LANGUAGE sql STABLE AS $$
            SELECT COALESCE(
                (SELECT i.person_id FROM person_ids i
                    WHERE i.workspace_id = workspace AND i.kind = 'bsuid' AND i.value = bsuid),
                (SELECT i.person_id FROM person_ids i
                    WHERE i.workspace_id = workspace AND i.kind = 'phone'
                        AND i.value = livechat_phone_key(phone)
                        AND NOT EXISTS (
                            SELECT FROM person_conversations k
                            JOIN chat_conversations c ON c.id = k.conversation_id
                            JOIN phone_numbers n ON n.phone_number_id = c.phone_number_id
                            WHERE k.person_id = i.person_id AND n.account_id = account
                                AND c.customer_user_id <> bsuid
                        ))
            )
        $$;

        CREATE FUNCTION livechat_know_people() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM person_ids) THEN
                RETURN NULL;
            END IF;
            -- As livechat_known_person, in one join: a batch of strangers costs two look-ups in an index each.
            INSERT INTO person_conversations (conversation_id, person_id)
                SELECT DISTINCT ON (m.id) m.id, i.person_id
                FROM made m
                JOIN phone_numbers n ON n.phone_number_id = m.phone_number_id
                JOIN waba_accounts a ON a.id = n.account_id
                CROSS JOIN LATERAL (VALUES
                    ('bsuid', m.customer_user_id), ('phone', livechat_phone_key(m.customer_phone))
                ) AS given (kind, value)
                JOIN person_ids i ON i.workspace_id = a.workspace_id
                    AND i.kind = given.kind AND i.value = given.value
                WHERE i.kind = 'bsuid' OR NOT EXISTS (
                    SELECT FROM person_conversations k
                    JOIN chat_conversations c ON c.id = k.conversation_id
                    JOIN phone_numbers l ON l.phone_number_id = c.phone_number_id
                    WHERE k.person_id = i.person_id AND l.account_id = a.id
                        AND c.customer_user_id <> m.customer_user_id
                )
                ORDER BY m.id, i.kind;
            IF FOUND THEN
                UPDATE chat_conversations c SET given_name = p.display_name
                    FROM made m
                    JOIN person_conversations k ON k.conversation_id = m.id
                    JOIN people p ON p.id = k.person_id
                    WHERE c.id = m.id AND p.display_name IS NOT NULL;
                INSERT INTO person_ids (workspace_id, kind, value, person_id)
                    SELECT p.workspace_id, 'bsuid', m.customer_user_id, p.id
                    FROM made m
                    JOIN person_conversations k ON k.conversation_id = m.id
                    JOIN people p ON p.id = k.person_id
                    WHERE m.customer_user_id IS NOT NULL
                    UNION
                    SELECT p.workspace_id, 'phone', livechat_phone_key(m.customer_phone), p.id
                    FROM made m
                    JOIN person_conversations k ON k.conversation_id = m.id
                    JOIN people p ON p.id = k.person_id
                    WHERE m.customer_phone IS NOT NULL
                    ON CONFLICT DO NOTHING;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER know_people AFTER INSERT ON chat_conversations
            REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION livechat_know_people();

        -- A customer's ids are learnt, and change. A number that none of a person's conversations has any
        -- more leads to them no longer.
        CREATE FUNCTION livechat_know_changed_ids() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            known uuid := (SELECT person_id FROM person_conversations WHERE conversation_id = NEW.id);
            home uuid;
            account uuid;
        BEGIN
            -- A batch that exchanges ids takes all of them off first.
            IF NEW.customer_user_id LIKE 'moving:%' THEN
                RETURN NULL;
            END IF;
            SELECT a.workspace_id, a.id INTO home, account
                FROM phone_numbers n JOIN waba_accounts a ON a.id = n.account_id
                WHERE n.phone_number_id = NEW.phone_number_id;
            IF known IS NULL THEN
                known := livechat_known_person(home, account, NEW.customer_phone, NEW.customer_user_id);
                IF known IS NULL THEN
                    RETURN NULL;
                END IF;
                INSERT INTO person_conversations (conversation_id, person_id) VALUES (NEW.id, known);
                UPDATE chat_conversations c SET given_name = p.display_name FROM people p
                    WHERE c.id = NEW.id AND p.id = known AND p.display_name IS NOT NULL;
            ELSE
                DELETE FROM person_ids i WHERE i.person_id = known AND i.kind = 'phone' AND NOT EXISTS (
                    SELECT FROM person_conversations k
                    JOIN chat_conversations c ON c.id = k.conversation_id
                    WHERE k.person_id = known AND livechat_phone_key(c.customer_phone) = i.value
                );
            END IF;
            INSERT INTO person_ids (workspace_id, kind, value, person_id)
                SELECT home, given.kind, given.value, known FROM (VALUES
                    ('bsuid', NEW.customer_user_id), ('phone', livechat_phone_key(NEW.customer_phone))
                ) AS given (kind, value)
                WHERE given.value IS NOT NULL
                ON CONFLICT DO NOTHING;
            RETURN NULL;
        END $$;
        CREATE TRIGGER know_changed_ids AFTER UPDATE OF customer_phone, customer_user_id
            ON chat_conversations FOR EACH ROW
            WHEN (OLD.customer_phone IS DISTINCT FROM NEW.customer_phone
                OR OLD.customer_user_id IS DISTINCT FROM NEW.customer_user_id)
            EXECUTE FUNCTION livechat_know_changed_ids();
        """
    )


def _show_names() -> None:
    """``customer_name`` is what is shown and searched, for the previous release too."""
    op.execute(
        """
        CREATE FUNCTION livechat_show_given_name() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.given_name IS NOT DISTINCT FROM OLD.given_name THEN
                -- Meta, or the address book, has another name: it stands behind the team's.
                NEW.profile_name := NEW.customer_name;
                NEW.customer_name := NEW.given_name;
            ELSE
                IF OLD.given_name IS NULL THEN
                    NEW.profile_name := NEW.customer_name;
                END IF;
                NEW.customer_name := COALESCE(NEW.given_name, NEW.profile_name);
                IF NEW.given_name IS NULL THEN
                    NEW.profile_name := NULL;
                END IF;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER show_given_name BEFORE UPDATE OF customer_name, given_name
            ON chat_conversations FOR EACH ROW
            WHEN (OLD.given_name IS DISTINCT FROM NEW.given_name OR (
                NEW.given_name IS NOT NULL AND NEW.customer_name IS DISTINCT FROM NEW.given_name))
            EXECUTE FUNCTION livechat_show_given_name();
        """
    )


def _follow_merges() -> None:
    op.execute(
        """
        -- What was known of two is known of one: ``kept``'s where both say something.
        CREATE FUNCTION livechat_join_people(gone uuid, kept uuid) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM FROM people WHERE id IN (gone, kept) ORDER BY id FOR NO KEY UPDATE;
            UPDATE people k SET
                named_by = CASE WHEN k.display_name IS NULL THEN g.named_by ELSE k.named_by END,
                named_at = CASE WHEN k.display_name IS NULL THEN g.named_at ELSE k.named_at END,
                display_name = COALESCE(k.display_name, g.display_name),
                language = COALESCE(k.language, g.language),
                time_zone = COALESCE(k.time_zone, g.time_zone),
                email = COALESCE(k.email, g.email),
                attributes = g.attributes || k.attributes
            FROM people g WHERE k.id = kept AND g.id = gone;
            UPDATE person_conversations SET person_id = kept WHERE person_id = gone;
            UPDATE person_ids SET person_id = kept WHERE person_id = gone;
            DELETE FROM people WHERE id = gone;
        END $$;

        -- Names of further conversations follow at the next change: no batch holds them.
        CREATE FUNCTION livechat_merge_people(loser uuid, winner uuid) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            gone uuid := (SELECT person_id FROM person_conversations WHERE conversation_id = loser);
            kept uuid := (SELECT person_id FROM person_conversations WHERE conversation_id = winner);
        BEGIN
            IF gone IS NULL THEN
                RETURN;
            END IF;
            IF kept IS NULL THEN
                UPDATE person_conversations SET conversation_id = winner WHERE conversation_id = loser;
                kept := gone;
            ELSE
                DELETE FROM person_conversations WHERE conversation_id = loser;
                IF gone <> kept THEN
                    PERFORM livechat_join_people(gone, kept);
                END IF;
            END IF;
            UPDATE chat_conversations c SET given_name = p.display_name FROM people p
                WHERE c.id = winner AND p.id = kept AND c.given_name IS DISTINCT FROM p.display_name;
        END $$;

        -- As for notes: the previous release does not know the table, and its key would stop its merges.
        CREATE FUNCTION livechat_people_follow() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            survivor uuid := (SELECT conversation_id FROM conversation_aliases WHERE id = OLD.id);
        BEGIN
            IF survivor IS NOT NULL THEN
                PERFORM livechat_merge_people(OLD.id, survivor);
            END IF;
            DELETE FROM person_conversations WHERE conversation_id = OLD.id;
            RETURN OLD;
        END $$;
        CREATE TRIGGER people_follow BEFORE DELETE ON chat_conversations
            FOR EACH ROW EXECUTE FUNCTION livechat_people_follow();
        """
    )


def _close_to_postgrest(table: str) -> None:
    op.execute(
        f"""
        DO $$
        DECLARE reader text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
                FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
                    EXECUTE format('REVOKE ALL ON {table} FROM %I', reader);
                END LOOP;
            END IF;
        END $$;
        """  # noqa: S608  # constant table names
    )


def downgrade() -> None:
    # Names that the team gave stay where they are shown.
    for trigger in ("people_follow", "show_given_name", "know_changed_ids", "know_people"):
        op.execute(f"DROP TRIGGER {trigger} ON chat_conversations")
    for function in (
        "livechat_people_follow()",
        "livechat_merge_people(uuid, uuid)",
        "livechat_join_people(uuid, uuid)",
        "livechat_show_given_name()",
        "livechat_know_changed_ids()",
        "livechat_know_people()",
        "livechat_known_person(uuid, uuid, text, text)",
        "livechat_phone_key(text)",
    ):
        op.execute(f"DROP FUNCTION {function}")
    for name in ("given_name", "profile_name"):
        op.drop_column("chat_conversations", name)
    for table in reversed(_TABLES):
        op.drop_table(table)

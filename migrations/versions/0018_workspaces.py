"""A workspace stands above the accounts at Meta; members, teams and invitations belong to it"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_TOUCHED = ("workspaces", "teams", "invitations")


def upgrade() -> None:
    _create_tables()
    op.create_foreign_key(
        "fk_workspaces_owner",
        "workspaces",
        "workspace_members",
        ["id", "owner_user_id", "owner_state"],
        ["workspace_id", "user_id", "state"],
        deferrable=True,
        initially="DEFERRED",
    )
    for table in _TOUCHED:
        op.execute(
            f"CREATE TRIGGER touch_updated_at BEFORE UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION livechat_touch_updated_at()"
        )
    op.add_column("waba_accounts", sa.Column("workspace_id", sa.Uuid(), nullable=True))
    _fill()
    op.alter_column("waba_accounts", "workspace_id", nullable=False)
    op.create_foreign_key(
        "fk_waba_accounts_workspace_id",
        "waba_accounts",
        "workspaces",
        ["workspace_id"],
        ["id"],
        ondelete="CASCADE",
    )
    # What the previous release writes goes on to work: it knows accounts and their members alone.
    op.execute(
        """
        CREATE FUNCTION livechat_account_gets_workspace() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.workspace_id IS NULL THEN
                NEW.workspace_id := workspace_of_owner(NEW.user_id);
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER account_gets_workspace BEFORE INSERT ON waba_accounts
            FOR EACH ROW EXECUTE FUNCTION livechat_account_gets_workspace();
        CREATE FUNCTION livechat_account_member_joins_workspace() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO workspace_members (workspace_id, user_id, role)
            SELECT a.workspace_id, NEW.user_id, CASE NEW.role WHEN 'agent' THEN 'agent' ELSE 'admin' END
            FROM waba_accounts a WHERE a.id = NEW.account_id
            ON CONFLICT DO NOTHING;
            RETURN NEW;
        END $$;
        CREATE TRIGGER account_member_joins_workspace AFTER INSERT ON account_members
            FOR EACH ROW EXECUTE FUNCTION livechat_account_member_joins_workspace();
        """
    )
    op.add_column("chat_conversations", sa.Column("assignee_id", sa.Uuid(), nullable=True))
    op.add_column("chat_conversations", sa.Column("team_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_chat_conversations_team_id",
        "chat_conversations",
        "teams",
        ["team_id"],
        ["id"],
        ondelete="SET NULL",
        postgresql_not_valid=True,
    )
    op.execute(
        """
        DO $$
        DECLARE name text; reader text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                FOREACH name IN ARRAY ARRAY['workspaces', 'workspace_members', 'member_numbers', 'teams',
                    'team_members', 'invitations', 'conversation_watchers'] LOOP
                    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
                    FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
                        EXECUTE format('REVOKE ALL ON %I FROM %I', name, reader);
                    END LOOP;
                END LOOP;
            END IF;
        END $$;
        """
    )
    with op.get_context().autocommit_block():
        # Those that were interrupted are left behind invalid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_waba_accounts_workspace_id")
        op.create_index(
            "ix_waba_accounts_workspace_id", "waba_accounts", ["workspace_id"], postgresql_concurrently=True
        )
        for column in ("assignee_id", "team_id"):
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS ix_chat_conversations_{column}")
            op.create_index(
                f"ix_chat_conversations_{column}",
                "chat_conversations",
                [column],
                postgresql_where=sa.text(f"{column} IS NOT NULL"),
                postgresql_concurrently=True,
            )
        op.execute("ALTER TABLE chat_conversations VALIDATE CONSTRAINT fk_chat_conversations_team_id")


def _fill() -> None:
    """One workspace for each owner, with everybody who could use one of their accounts."""
    op.execute(
        """
        -- The workspace that a user owns, made where there is none, with them as its first member. One user's
        -- requests wait for each other: two at once must not make two.
        CREATE FUNCTION workspace_of_owner(owner uuid) RETURNS uuid LANGUAGE plpgsql AS $$
        DECLARE found uuid;
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended('livechat workspace ' || owner, 0));
            SELECT id INTO found FROM workspaces WHERE owner_user_id = owner ORDER BY created_at, id LIMIT 1;
            IF found IS NULL THEN
                found := gen_random_uuid();
                INSERT INTO workspaces (id, name, owner_user_id) VALUES (found, 'Workspace', owner);
                INSERT INTO workspace_members (workspace_id, user_id, role) VALUES (found, owner, 'admin');
            END IF;
            RETURN found;
        END $$;
        UPDATE waba_accounts SET workspace_id = workspace_of_owner(user_id);
        UPDATE workspaces w SET name = named.name
        FROM (
            SELECT DISTINCT ON (a.workspace_id) a.workspace_id, n.verified_name AS name
            FROM waba_accounts a JOIN phone_numbers n ON n.account_id = a.id
            WHERE n.verified_name IS NOT NULL ORDER BY a.workspace_id, n.created_at
        ) named
        WHERE named.workspace_id = w.id;
        INSERT INTO workspace_members (workspace_id, user_id, role)
        SELECT a.workspace_id, m.user_id, min(CASE m.role WHEN 'agent' THEN 'agent' ELSE 'admin' END)
        FROM account_members m JOIN waba_accounts a ON a.id = m.account_id
        GROUP BY 1, 2 ON CONFLICT DO NOTHING;
        """
    )


def _create_tables() -> None:
    op.create_table(
        "workspaces",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner_user_id", sa.Uuid(), nullable=False),
        sa.Column("owner_state", sa.String(length=16), server_default="active", nullable=False),
        sa.Column("time_zone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("require_mfa", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        *_times(),
        sa.CheckConstraint("owner_state = 'active'", name=op.f("ck_workspaces_owner_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspaces")),
    )
    op.create_index(op.f("ix_workspaces_owner_user_id"), "workspaces", ["owner_user_id"])
    op.create_table(
        "workspace_members",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="active", nullable=False),
        sa.Column("visibility", sa.String(length=16), server_default="all", nullable=False),
        sa.Column("number_scope", sa.String(length=16), server_default="all", nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("joined_at", _MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("read_floor_seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("role IN ('admin', 'agent', 'viewer')", name=op.f("ck_workspace_members_role")),
        sa.CheckConstraint(
            "state IN ('active', 'suspended', 'removed')", name=op.f("ck_workspace_members_state")
        ),
        sa.CheckConstraint(
            "visibility IN ('all', 'team', 'own')", name=op.f("ck_workspace_members_visibility")
        ),
        sa.CheckConstraint("number_scope IN ('all', 'some')", name=op.f("ck_workspace_members_number_scope")),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_workspace_members_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "user_id", name=op.f("pk_workspace_members")),
        sa.UniqueConstraint(
            "workspace_id", "user_id", "state", name=op.f("uq_workspace_members_workspace_id_user_id_state")
        ),
    )
    op.create_index(op.f("ix_workspace_members_user_id"), "workspace_members", ["user_id"])
    op.create_table(
        "member_numbers",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("phone_number_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["workspace_members.workspace_id", "workspace_members.user_id"],
            name="fk_member_numbers_member",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["phone_number_id"],
            ["phone_numbers.phone_number_id"],
            name=op.f("fk_member_numbers_phone_number_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "user_id", "phone_number_id", name=op.f("pk_member_numbers")),
    )
    op.create_index(op.f("ix_member_numbers_phone_number_id"), "member_numbers", ["phone_number_id"])
    op.create_table(
        "teams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *_times(),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_teams_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
    )
    op.create_index("uq_teams_name", "teams", ["workspace_id", sa.text("lower(name)")], unique=True)
    op.create_table(
        "team_members",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_team_members_team_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["workspace_members.workspace_id", "workspace_members.user_id"],
            name="fk_team_members_member",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_team_members")),
    )
    op.create_index(op.f("ix_team_members_workspace_id_user_id"), "team_members", ["workspace_id", "user_id"])
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("visibility", sa.String(length=16), server_default="all", nullable=False),
        sa.Column("phone_number_ids", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=False),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("accepted_at", _MOMENT, nullable=True),
        sa.Column("revoked_at", _MOMENT, nullable=True),
        sa.Column("sent_at", _MOMENT, nullable=True),
        sa.Column("send_error", sa.Text(), nullable=True),
        *_times(),
        sa.CheckConstraint("role IN ('admin', 'agent', 'viewer')", name=op.f("ck_invitations_role")),
        sa.CheckConstraint("visibility IN ('all', 'team', 'own')", name=op.f("ck_invitations_visibility")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_invitations_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
    )
    op.create_index("uq_invitations_token_digest", "invitations", ["token_digest"], unique=True)
    op.create_index(
        "uq_invitations_pending_email",
        "invitations",
        ["workspace_id", "email"],
        unique=True,
        postgresql_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL AND email IS NOT NULL"),
    )
    op.create_table(
        "conversation_watchers",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["chat_conversations.id"],
            name=op.f("fk_conversation_watchers_conversation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "user_id", name=op.f("pk_conversation_watchers")),
    )
    op.create_index(op.f("ix_conversation_watchers_user_id"), "conversation_watchers", ["user_id"])


def _times() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("created_at", _MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", _MOMENT, server_default=sa.text("now()"), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("chat_conversations", "team_id")
    op.drop_column("chat_conversations", "assignee_id")
    op.drop_table("conversation_watchers")
    op.execute("DROP TRIGGER account_member_joins_workspace ON account_members")
    op.execute("DROP FUNCTION livechat_account_member_joins_workspace()")
    op.execute("DROP TRIGGER account_gets_workspace ON waba_accounts")
    op.execute("DROP FUNCTION livechat_account_gets_workspace()")
    op.drop_column("waba_accounts", "workspace_id")
    op.execute("DROP FUNCTION workspace_of_owner(uuid)")
    op.drop_constraint("fk_workspaces_owner", "workspaces", type_="foreignkey")
    for table in (
        "invitations",
        "team_members",
        "teams",
        "member_numbers",
        "workspace_members",
        "workspaces",
    ):
        op.drop_table(table)

"""What each role may do: the one table. Routes name a permission; whoever asks for an object is held to it.

Sight is another matter: what a member does not see is not found, whatever their role (``domain.visibility``).
"""

from enum import StrEnum


class Role(StrEnum):
    """A member's role in a workspace. The owner is an admin who cannot be removed."""

    ADMIN = "admin"
    AGENT = "agent"
    VIEWER = "viewer"


class Permission(StrEnum):
    """A word for each kind of act. The OpenAPI document prints the one that a route needs."""

    # Nothing beyond being signed in: the route shows people their own, or lets them in.
    SIGNED_IN = "signed_in"
    CONVERSATION_READ = "conversation.read"
    # Assigning, status, labels, blocking: what changes a conversation for everybody.
    CONVERSATION_WRITE = "conversation.write"
    MESSAGE_SEND = "message.send"
    NOTE_WRITE = "note.write"
    TEMPLATE_SYNC = "template.sync"
    MEMBER_READ = "member.read"
    MEMBER_MANAGE = "member.manage"
    NUMBER_MANAGE = "number.manage"
    # The ledger, what failed, and running webhooks again.
    OPERATIONS_READ = "operations.read"
    OPERATIONS_WRITE = "operations.write"
    WORKSPACE_MANAGE = "workspace.manage"
    # The owner's alone.
    WORKSPACE_TRANSFER = "workspace.transfer"


_VIEWER = frozenset(
    {
        Permission.SIGNED_IN,
        Permission.CONVERSATION_READ,
        Permission.NOTE_WRITE,
        Permission.MEMBER_READ,
    }
)
_AGENT = _VIEWER | {Permission.CONVERSATION_WRITE, Permission.MESSAGE_SEND, Permission.TEMPLATE_SYNC}
_ADMIN = frozenset(Permission) - {Permission.WORKSPACE_TRANSFER}
ALLOWED = {Role.ADMIN: _ADMIN, Role.AGENT: _AGENT, Role.VIEWER: _VIEWER}


def is_allowed(role: str, permission: Permission, *, is_owner: bool = False) -> bool:
    """Whether a member of this role may do what ``permission`` names."""
    if permission is Permission.WORKSPACE_TRANSFER:
        return is_owner
    return permission in ALLOWED[Role(role)]


def manages_shared(role: str) -> bool:
    """Whether a member of this role writes what teams and the workspace keep, and is offered every team's."""
    return is_allowed(role, Permission.WORKSPACE_MANAGE)

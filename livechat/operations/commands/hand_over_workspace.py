"""``livechat transfer-owner``: makes a member the owner, where the owner cannot do it any more."""

from uuid import UUID

import click
from flask.cli import with_appcontext

from livechat.core.errors import AppError
from livechat.core.extensions import db
from livechat.models import Workspace
from livechat.operations.commands.plain_faults import plainly
from livechat.team.transfer_ownership import make_owner


@click.command("transfer-owner")
@click.argument("workspace_id", type=click.UUID)
@click.argument("user_id", type=click.UUID)
@with_appcontext
@plainly
def transfer_owner(workspace_id: UUID, user_id: UUID) -> None:
    """Make an active member the owner of a workspace, whose owner is gone. The old one stays as an admin."""
    workspace = db.session.get(Workspace, workspace_id)
    if workspace is None:
        raise click.ClickException("There is no such workspace.")
    if workspace.owner_user_id == user_id:
        click.echo("They are the owner already.")
        return
    try:
        make_owner(db.session, workspace, user_id)
    except AppError as error:
        raise click.ClickException(error.detail) from error
    db.session.commit()
    click.echo("They are the owner now.")

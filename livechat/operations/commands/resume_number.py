"""``livechat resume``: lets a paused number send again."""

from typing import cast

import click
from flask import current_app
from flask.cli import with_appcontext

from livechat.core.config import SETTINGS_KEY, Settings
from livechat.core.errors import AppError
from livechat.core.extensions import db
from livechat.core.graph import new_graph_client
from livechat.models import PhoneNumber
from livechat.numbers.resume import resume_checked
from livechat.operations.commands.plain_faults import plainly


@click.command()
@click.argument("phone_number_id")
@with_appcontext
@plainly
def resume(phone_number_id: str) -> None:
    """Let a paused number send again, by Meta's id of the number; what waits goes out.

    Its account's other numbers that stopped for the same reason go on as well. Where the access token was the
    reason, Meta is asked first whether it takes it now.
    """
    settings = cast(Settings, current_app.config[SETTINGS_KEY])
    number = db.session.get(PhoneNumber, phone_number_id)
    if number is None:
        raise click.ClickException("There is no such phone number.")
    graph = new_graph_client(settings)
    try:
        was_paused = resume_checked(db.session, graph, number, encryption_keys=settings.encryption_keys)
    except AppError as error:
        raise click.ClickException(error.detail) from error
    finally:
        graph.close()
    click.echo("The number sends again." if was_paused else "The number was not paused.")

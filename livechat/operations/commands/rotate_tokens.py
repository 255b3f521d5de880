"""``livechat rotate-keys``: encrypts stored access tokens with the newest key."""

import sys
from typing import cast

import click
from flask import current_app
from flask.cli import with_appcontext

from livechat.accounts import rotate_keys as rotation
from livechat.core.config import SETTINGS_KEY, Settings
from livechat.core.extensions import db
from livechat.operations.commands.plain_faults import plainly


@click.command("rotate-keys")
@with_appcontext
@plainly
def rotate_keys() -> None:
    """Encrypt all stored access tokens by the first key of LIVECHAT_ENCRYPTION_KEY.

    Safe while the product runs, and again at any time. Run it once every process has the new key in front;
    then the doctor says which keys no token needs any more. Exit status 1 where no key opens a token.
    """
    settings = cast(Settings, current_app.config[SETTINGS_KEY])
    result = rotation.rotate_keys(db.session, settings.encryption_keys)
    click.echo(
        f"{result.moved} of {result.moved + result.already + len(result.lost)} access tokens were encrypted "
        f"anew, {result.already} had the newest key."
    )
    for account_id in result.lost:
        click.echo(f"No key opens the token of account {account_id}: connect its number again.", err=True)
    sys.exit(1 if result.lost else 0)

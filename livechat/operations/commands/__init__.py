"""The command line for operators: ``flask --app wsgi livechat doctor | replay | failed | resume | …``."""

import logging
import sys

import click
from flask import Flask
from flask.cli import AppGroup

from livechat.core.logs import configure_logging
from livechat.operations.commands.examine import doctor
from livechat.operations.commands.hand_over_workspace import transfer_owner
from livechat.operations.commands.resume_number import resume
from livechat.operations.commands.rotate_tokens import rotate_keys
from livechat.operations.commands.run_again import replay
from livechat.operations.commands.show_failed import failed


@click.group("livechat", cls=AppGroup)
def group() -> None:
    """Examine the installation, replay webhooks, list dead letters, resume numbers, rotate keys, pass
    workspaces on.
    """
    # A program may read the command's output on stdout, so the log goes to stderr.
    configure_logging(logging.WARNING, stream=sys.stderr)


group.add_command(doctor)
group.add_command(replay)
group.add_command(failed)
group.add_command(resume)
group.add_command(rotate_keys)
group.add_command(transfer_owner)


def init_cli(app: Flask) -> None:
    """Register the commands with ``app``."""
    app.cli.add_command(group)

"""``livechat failed``: lists the dead letters."""

import click
import orjson
from flask.cli import with_appcontext

from livechat.core.extensions import db
from livechat.operations.commands.plain_faults import plainly
from livechat.operations.dead_letters import DeadLetters, dead_letters_json


@click.command()
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="Of each kind.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@with_appcontext
@plainly
def failed(limit: int, as_json: bool) -> None:
    """List webhook items that failed, and sends that failed or whose end is unknown; newest first.

    Ids and reasons only: what people wrote is not shown.
    """
    letters = dead_letters_json(db.session, limit)
    db.session.rollback()
    if as_json:
        click.echo(orjson.dumps(letters, option=orjson.OPT_INDENT_2).decode())
        return
    _print(letters)


def _print(letters: DeadLetters) -> None:
    shown, total = len(letters["webhooks"]), letters["webhooks_total"]
    click.echo(f"Items of webhooks that failed: {_of(shown, total)}")
    for item in letters["webhooks"]:
        click.echo(
            f"  {item['event_id']}  received {item['received_at']}  number {item['phone_number_id'] or '-'}  "
            f"{item['kind']} #{item['n']}: {item['reason']}"
            + (f"  (replayed {item['replays']} times)" if item["replays"] else "")
        )
    shown, total = len(letters["sends"]), letters["sends_total"]
    click.echo(f"Sends that failed or are unknown: {_of(shown, total)}")
    for send in letters["sends"]:
        code = "-" if send["code"] is None else send["code"]
        click.echo(
            f"  {send['message_id']}  {send['status']:7}  since {send['since']}  "
            f"number {send['phone_number_id']}  to {send['to']}  code {code}: {send['title']}"
        )
    if letters["webhooks"]:
        click.echo("Once the cause is mended: flask --app wsgi livechat replay --failed")


def _of(shown: int, total: int) -> str:
    return f"{total}" if shown == total else f"{shown} of {total}"

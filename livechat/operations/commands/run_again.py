"""``livechat replay``: runs webhooks of the ledger again."""

from datetime import datetime
from uuid import UUID

import click
from flask.cli import with_appcontext

from livechat.core.extensions import db
from livechat.inbound.storing.batch import BatchResult
from livechat.operations.commands.moments import Moment
from livechat.operations.commands.plain_faults import plainly
from livechat.operations.queries import ledger_pages
from livechat.operations.queries.ledger_pages import Selection
from livechat.operations.replay import NotReplayableError, Replayed, check_ids
from livechat.operations.replay import replay as replay_webhooks


@click.command()
@click.option("--id", "ids", multiple=True, type=click.UUID, help="A webhook's event id; may be repeated.")
@click.option("--since", type=Moment(), help="Received at this time or later: RFC 3339, or 2h, 3d ago.")
@click.option("--until", type=Moment(), help="Received before this time.")
@click.option("--number", help="Only webhooks of this phone_number_id.")
@click.option("--failed", is_flag=True, help="Only webhooks with an item that failed.")
@click.option("--unknown-number", is_flag=True, help="Only webhooks of numbers nobody had connected.")
@click.option("--dry-run", is_flag=True, help="Say how many are meant, and do nothing.")
@with_appcontext
@plainly
def replay(
    ids: tuple[UUID, ...],
    since: datetime | None,
    until: datetime | None,
    number: str | None,
    failed: bool,
    unknown_number: bool,
    dry_run: bool,
) -> None:
    """Run webhooks again, oldest first; those that meet every condition given.

    Doing it again changes nothing: what is stored already counts as duplicate.
    """
    selection = Selection(ids, since, until, number, failed, unknown_number)
    if selection.is_empty:
        raise click.UsageError(
            "Say which webhooks: --id, --since, --until, --number, --failed or --unknown-number."
        )
    if since is not None and until is not None and since >= until:
        raise click.UsageError("--since must be before --until.")
    try:
        check_ids(db.session, ids)
    except NotReplayableError as error:
        raise click.ClickException(str(error)) from error
    count = ledger_pages.count(db.session, selection)
    db.session.rollback()
    if dry_run or not count:
        click.echo(f"{_webhooks(count)} would be replayed." if dry_run else "No webhook meets this.")
        return
    done = 0

    def tell(result: BatchResult) -> None:
        nonlocal done
        done += result.webhooks
        if done < count:
            click.echo(f"{done} of {count} …", err=True)

    _summarise(replay_webhooks(db.session, selection, tell))


def _summarise(result: Replayed) -> None:
    click.echo(f"{_webhooks(result.webhooks)} replayed.")
    for (outcome, reason), count in sorted(result.outcomes.items()):
        click.echo(f"    {outcome:10} {count:6}  {reason}".rstrip())


def _webhooks(count: int) -> str:
    return f"{count} webhook" if count == 1 else f"{count} webhooks"

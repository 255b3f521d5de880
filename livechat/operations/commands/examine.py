"""``livechat doctor``: prints every check as a line, and exits with status 1 if something is wrong."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import click
import orjson
from flask import current_app
from flask.cli import with_appcontext

from livechat.core.config import SETTINGS_KEY, Settings
from livechat.core.extensions import db, redis
from livechat.operations.doctor import Examination, Finding, State, examine
from livechat.operations.doctor.configuration import shown
from livechat.whatsapp.graph.client import GraphClient

_SIGNS = {State.OK: "✔", State.WRONG: "✖", State.UNKNOWN: "?", State.NOTE: "·"}
# Shorter than the time-outs of sends: a person waits.
_META_TIMEOUT_S = 10.0


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@click.option("--skip-meta", is_flag=True, help="Call neither Meta nor mail servers.")
@with_appcontext
def doctor(as_json: bool, skip_meta: bool) -> None:
    """Check configuration, services, durability, workers, tokens and backlogs.

    Changes nothing. Exit status 1 when something is wrong; what cannot be checked is no fault.
    """
    settings = cast(Settings, current_app.config[SETTINGS_KEY])
    graph = None if skip_meta else _graph(settings)
    findings = examine(Examination(settings, db.session, redis.client, _migrations(), graph))
    states = _as_json(settings, findings) if as_json else _as_lines(settings, findings)
    sys.exit(1 if states[State.WRONG] else 0)


def _graph(settings: Settings) -> GraphClient:
    return GraphClient(
        settings.whatsapp_api_url,
        settings.whatsapp_api_version,
        connect_timeout_s=min(settings.graph_connect_timeout_s, _META_TIMEOUT_S),
        read_timeout_s=min(settings.graph_read_timeout_s, _META_TIMEOUT_S),
    )


def _migrations() -> Path:
    folder = Path(current_app.extensions["migrate"].directory)
    # ``flask`` may be called in any folder; the migrations are beside the package.
    return folder if folder.is_absolute() else Path(current_app.root_path).parent / folder


def _as_lines(settings: Settings, findings: Iterable[Finding]) -> Counter[State]:
    click.echo("Settings")
    for name, value in shown(settings).items():
        click.echo(f"    {name:26} {value}")
    click.echo("Checks")
    states: Counter[State] = Counter()
    for finding in findings:
        states[finding.state] += 1
        click.echo(f"  {_SIGNS[finding.state]} {finding.check}: {finding.detail}")
        if finding.advice:
            click.echo(f"      {finding.advice}")
    wrong, unseen = states[State.WRONG], states[State.UNKNOWN]
    click.echo(
        ("All is well" if not wrong else f"{wrong} {'thing is' if wrong == 1 else 'things are'} wrong")
        + (f"; {unseen} could not be checked." if unseen else ".")
    )
    return states


def _as_json(settings: Settings, findings: Iterable[Finding]) -> Counter[State]:
    all_findings = list(findings)
    states = Counter(finding.state for finding in all_findings)
    answer = {
        "ok": not states[State.WRONG],
        "settings": shown(settings),
        "checks": [
            {
                "check": finding.check,
                "state": finding.state.value,
                "detail": finding.detail,
                "advice": finding.advice,
            }
            for finding in all_findings
        ],
    }
    click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
    return states

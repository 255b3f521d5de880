"""The command line and the doctor against real services, and the catalogue's numbers connected."""

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from structlog.testing import capture_logs

from tests.ingest.conftest import Meta, meta, text_body
from tests.sends.conftest import queue

__all__ = ["Meta", "meta", "queue", "text_body"]

Run = Callable[..., Result]


@pytest.fixture
def livechat(app: Flask, clean: None, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``livechat("replay", "--failed")``: the command as ``flask --app wsgi livechat …`` runs it.

    Logging is set up for a whole process, so here it is left alone; ``test_product`` sees the real thing.
    """
    monkeypatch.setattr("livechat.operations.commands.configure_logging", lambda *_, **__: None)

    def run(*arguments: str, on: Flask | None = None) -> Result:
        target = on or app
        # A context of its own: without one the command would take that of the test's session.
        with target.app_context(), capture_logs():
            return FlaskCliRunner(target, catch_exceptions=False).invoke(args=["livechat", *arguments])

    return run

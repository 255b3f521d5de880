"""The command line and the doctor against real services, and the catalogue's numbers connected."""

from collections.abc import Callable, Iterator

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.ingest.conftest import Meta, meta, text_body
from tests.sends.conftest import queue

__all__ = ["Meta", "meta", "queue", "text_body"]

Run = Callable[..., Result]


@pytest.fixture
def livechat(app: Flask, clean: None) -> Run:
    """``livechat("replay", "--failed")``: the command as ``flask --app wsgi livechat …`` runs it."""

    def run(*arguments: str, on: Flask | None = None) -> Result:
        target = on or app
        # A context of its own: without one the command would take that of the test's session.
        with target.app_context():
            return FlaskCliRunner(target, catch_exceptions=False).invoke(args=["livechat", *arguments])

    return run


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """The commands send the log to stderr; pytest's own handlers come back after each test."""
    import logging

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)

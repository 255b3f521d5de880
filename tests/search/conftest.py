"""The team of ``tests/team``, asked to search."""

from tests.team.conftest import call, team

__all__ = ["call", "team"]

"""Statements of automatic assignment: rules, who may receive, what waits."""

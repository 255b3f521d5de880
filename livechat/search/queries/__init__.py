"""Statements of the search."""

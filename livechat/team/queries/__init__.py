"""Statements about workspaces and the people in them."""

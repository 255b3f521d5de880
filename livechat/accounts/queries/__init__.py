"""Statements about accounts, their members, and the notices and pauses of their numbers."""

"""Statements about accounts, their members and what stands of their numbers."""

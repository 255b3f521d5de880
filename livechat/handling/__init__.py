"""Handling conversations as a team: whose one is, and what was changed of it by whom."""

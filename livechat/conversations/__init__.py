"""Conversations: listed, shown, read, opened, blocked and merged."""

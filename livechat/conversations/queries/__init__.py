"""Statements about conversations and their messages."""

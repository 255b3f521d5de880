"""Statements about messages on their way out."""

"""Statements that count and list for operators."""

"""Statements that count and list for operators and for the owners of numbers."""

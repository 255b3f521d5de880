"""Automatic assignment: rules of numbers and teams, and the drain that gives who waits to who is there."""

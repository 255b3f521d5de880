"""Threads: listed, read, opened, blocked, and shown."""

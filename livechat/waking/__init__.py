"""Waking the assigner: somebody waits, or somebody is free. Many wake-ups become one task."""

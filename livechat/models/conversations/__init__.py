"""Threads, and every id that leads to one."""

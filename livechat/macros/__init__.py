"""Macros: what is done often in several steps, seen before it is done, done as one, undone as one."""

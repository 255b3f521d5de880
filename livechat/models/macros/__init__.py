"""The table of macros."""

"""The table of saved views."""

"""The table of what members want to be reminded of."""

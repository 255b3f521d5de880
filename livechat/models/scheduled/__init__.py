"""The table of messages to be sent at a time."""

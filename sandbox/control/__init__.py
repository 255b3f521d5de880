"""The sandbox's own API: command and observe."""

"""Checks that every request passes before its route: who asks, by which host name, how often."""

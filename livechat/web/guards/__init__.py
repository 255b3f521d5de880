"""What every request passes before a route: who asks, from where, how often."""

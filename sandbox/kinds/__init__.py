"""Every kind of webhook that a command can make."""

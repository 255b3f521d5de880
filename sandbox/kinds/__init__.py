"""Every kind of webhook, made by command."""

"""Where a webhook is kept, durably, before Meta hears 200."""

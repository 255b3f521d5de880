"""Where a webhook is kept before Meta hears 200."""

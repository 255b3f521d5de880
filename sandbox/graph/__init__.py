"""Meta's Graph API, as far as WhatsApp uses it."""

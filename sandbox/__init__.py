"""A WhatsApp Cloud API that runs here: a fake of Meta's Graph API, and customers who write and read."""

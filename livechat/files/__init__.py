"""Files of messages: fetches them from Meta, takes agents' uploads, serves both to the page."""

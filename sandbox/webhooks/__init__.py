"""How webhooks leave: their shapes, their bytes, and their way to the callback."""

"""Routes that send."""

"""One file for each kind of change that a body tells."""

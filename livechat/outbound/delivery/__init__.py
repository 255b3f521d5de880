"""What workers do for a send: choose whose turn it is, call Meta, and record the outcome."""

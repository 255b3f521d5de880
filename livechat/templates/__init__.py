"""Templates of an account: read from Meta, listed, checked before a send."""

"""Numbers: connected, refreshed, told of by Meta, resumed."""

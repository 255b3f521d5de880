"""The table of what members are told of."""

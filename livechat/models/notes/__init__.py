"""Tables of private notes. They have no column in common with messages, and no key to them."""

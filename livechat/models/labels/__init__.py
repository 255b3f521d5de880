"""Tables of labels, and of the conversations that wear them."""

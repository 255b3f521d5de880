"""Finding a customer's one conversation by any of their ids."""

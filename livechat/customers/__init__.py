"""Who is who: from all ids of a customer to one conversation."""

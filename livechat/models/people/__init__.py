"""Tables of people: what a workspace knows of a customer, whatever the number."""

"""The bodies of sends to customers, and the limits that Meta sets them."""

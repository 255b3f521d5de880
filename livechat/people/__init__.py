"""People: what a workspace's members know of a customer, over all conversations that are theirs."""

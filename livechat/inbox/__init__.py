"""The inbox: the conversations that a member sees, narrowed, sorted and counted."""

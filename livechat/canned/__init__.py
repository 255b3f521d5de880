"""Canned replies: what is answered often, kept with variables to be filled for each conversation."""

"""Pure rules of the inbox: no I/O, standard library only."""

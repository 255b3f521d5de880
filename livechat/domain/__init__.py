"""Pure rules: no I/O, standard library only."""

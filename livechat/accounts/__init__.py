"""Who may do what, and with which token: access, keys, pausing, a number as it is shown."""

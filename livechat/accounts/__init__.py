"""Who may do what, and with which token: access, encryption of tokens, pausing, a number as it is shown."""

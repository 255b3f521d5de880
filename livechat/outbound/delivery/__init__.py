"""The workers' side of a send: whose turn it is, the call to Meta, and its outcome."""

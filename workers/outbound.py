"""The outbound queue: replies and read receipts to Meta. Threads, since a send waits for the network."""

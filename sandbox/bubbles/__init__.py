"""What a customer's phone shows of messages: header, text, file, choices, ticks."""

"""What members are told of: a mention, an assignment, a conversation that woke; and when that is done."""

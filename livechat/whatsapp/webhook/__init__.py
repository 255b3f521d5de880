"""What Meta posts: bodies, and the items in them."""

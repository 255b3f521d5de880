"""Live events, as the page gets them."""

"""Who is there, who looks at which conversation and types, and what members chose for themselves."""

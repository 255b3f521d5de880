"""What counts as the same word, which words a text has, and where in it somebody's words stand."""

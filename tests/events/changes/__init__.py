"""Everything that changes what a page shows, done for real: a module for each subject."""

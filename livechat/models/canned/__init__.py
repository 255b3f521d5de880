"""Tables of canned replies and the files that they carry."""

"""How HTTP is spoken: parsing, paging, problems, and the guards before every route."""

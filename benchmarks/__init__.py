"""How fast it is, against floors measured in the same run: `make bench`, see docs/performance.md."""

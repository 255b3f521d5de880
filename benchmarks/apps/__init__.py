"""Small servers that the product is measured against, or with."""

STORE_ONE = "benchmarks.store_one"

"""The live log: one Redis stream per account, and one thread per web process that feeds open streams.

No SQL here and nothing of Flask: entries hold ids, and who renders them is passed in.
"""

"""The event log: one Redis stream per account, and one thread per web process that feeds open streams.

Nothing here needs Flask, and log entries hold only ids. The room ``stream`` passes in what renders them.
"""

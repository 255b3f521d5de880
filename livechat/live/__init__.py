"""The event log: one Redis stream per account, and one thread per web process that feeds open streams.

Nothing here renders: log entries hold only ids, and the room ``stream`` passes in the function that does.
"""

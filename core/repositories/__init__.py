"""Queries and statements on the tables. Each function works inside a transaction that its caller opened.

When the database is away or too slow, the caller's transaction turns the driver's error into
`ServiceUnavailable`; the functions here name only the errors that they raise themselves.
"""

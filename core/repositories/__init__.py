"""The only place with SQL. Each function works inside a transaction that its caller opened."""

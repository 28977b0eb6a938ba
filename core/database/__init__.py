"""PostgreSQL: the embedded server, the migrations and the owner-bound transactions."""

"""One module a page; each has a `register` that adds its route."""

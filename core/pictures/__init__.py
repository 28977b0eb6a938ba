"""The pictures' bytes: fetched from the provider, checked, kept in a folder or a bucket."""

"""The components of the pages. Each has a folder with its Python, JavaScript and style."""

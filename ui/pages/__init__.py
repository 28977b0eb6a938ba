"""One module for each page; its `register` adds the page's route."""

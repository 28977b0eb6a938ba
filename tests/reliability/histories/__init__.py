"""Random histories of owners, processes, the provider and the clock, and what must hold in all of them."""

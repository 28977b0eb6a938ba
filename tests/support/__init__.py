"""What several tests need: a database, the provider's emulator, real processes."""

"""The parts of `test_sick_provider.py`: the provider, the people, what happens, and the verdict."""

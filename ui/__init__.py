"""The screens: NiceGUI pages over `core.services`. They use neither the database nor the provider."""

"""The screens: NiceGUI pages over `core.services`. They touch neither the database nor the provider."""

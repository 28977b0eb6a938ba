"""The settings: the only package that reads the environment and the `.env` file."""

from core.settings.described import described
from core.settings.hosting import missing_for_hosting
from core.settings.settings import MODELS_THAT_REQUIRE_OPENAI_KEY, Settings
from core.settings.sign_in import SignInProviderId

__all__ = [
    "MODELS_THAT_REQUIRE_OPENAI_KEY",
    "Settings",
    "SignInProviderId",
    "described",
    "missing_for_hosting",
]

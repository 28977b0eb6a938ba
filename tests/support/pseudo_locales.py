"""Easel's start-up with two languages that nobody speaks, made of the English messages: one whose letters run
from right to left, and one that is 40 % longer, with an accent on each vowel."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from main import main
from ui.catalogue import Catalogue
from ui.languages import LANGUAGES, Language

RIGHT_TO_LEFT = "ar-XB"
LONGER = "en-XA"
_PLACEHOLDER = re.compile(r"(\{\w+\})")
_ACCENTS = str.maketrans("AEIOUaeiou", "ÀÉÎÕÜàéîõü")
_CATEGORIES = ("zero", "one", "two", "few", "many", "other")


def mirrored(text: str) -> str:
    """Each word as one of a language that is written from right to left."""
    return re.sub(r"\w+", lambda word: f"\u200f\u202e{word[0]}\u202c\u200f", text)


def longer(text: str) -> str:
    """The text with accents, and with two more letters for each five of a word."""

    def stretched(word: re.Match[str]) -> str:
        return word[0] + "ñ" * round(len(word[0]) * 0.4)

    return re.sub(r"\w+", stretched, text.translate(_ACCENTS))


def pseudo(change: Callable[[str], str]) -> Catalogue:
    """Every message, changed but for its placeholders."""

    def changed(text: str) -> str:
        parts = _PLACEHOLDER.split(text)
        return "".join(part if _PLACEHOLDER.fullmatch(part) else change(part) for part in parts)

    german = LANGUAGES["de"].catalogue.messages
    return Catalogue(
        {message: (changed(message),) * len(forms) for message, forms in german.items()},
        dict.fromkeys(_CATEGORIES, 0),
    )


if __name__ == "__main__":
    for language in (
        Language(RIGHT_TO_LEFT, "Right to left", pseudo(mirrored), direction="rtl"),
        Language(LONGER, "Longer", pseudo(longer)),
    ):
        LANGUAGES[language.tag] = language
    sys.exit(main())

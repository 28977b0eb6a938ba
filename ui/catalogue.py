"""The catalogue of a language: gettext's `.po` file, read as it is, so that nothing has to be compiled."""

import json
from collections.abc import Mapping
from gettext import c2py
from pathlib import Path
from typing import NamedTuple

from babel import Locale
from babel.messages.pofile import read_po

LOCALES_DIR = Path(__file__).parent / "locales"
# More numbers than any language needs to show all of its plural categories.
_NUMBERS = range(1000)


class Catalogue(NamedTuple):
    """The translations of a language."""

    messages: Mapping[str, tuple[str, ...]]
    """By the English message: one text, or one for each plural form."""
    plurals: Mapping[str, int]
    """By the plural category as `Intl.PluralRules` names it: which of the forms it takes."""

    def script(self) -> str:
        """What gives the catalogue to `easel/words.js`."""
        messages = {key: forms[0] if len(forms) == 1 else forms for key, forms in self.messages.items()}
        words = {"messages": messages, "plurals": dict(self.plurals)}
        return f"globalThis.easelWords = {json.dumps(words, ensure_ascii=False)};\n"


def catalogue_path(tag: str) -> Path:
    """The file with the translations of a language."""
    return LOCALES_DIR / tag / "LC_MESSAGES" / "easel.po"


def read_catalogue(tag: str) -> Catalogue:
    """The translations of that file which are finished."""
    with catalogue_path(tag).open("rb") as file:
        found = read_po(file, locale=tag)
    messages: dict[str, tuple[str, ...]] = {}
    for message in found:
        key = message.id if isinstance(message.id, str) else message.id[0]
        text = message.string or ""
        forms = (text,) if isinstance(text, str) else tuple(text)
        if key and all(forms) and not message.fuzzy:
            messages[key] = forms
    return Catalogue(messages, _plurals(tag, found.plural_expr))


def _plurals(tag: str, expression: str) -> dict[str, int]:
    category_of, index_of = Locale.parse(tag, sep="-").plural_form, c2py(expression)
    return {category_of(number): index_of(number) for number in _NUMBERS}

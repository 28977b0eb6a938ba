"""The words of a page, in the language of whoever looks at it: `t` beside every text in the code."""

from nicegui import context

from core.sentences import Sentence
from ui.languages import ENGLISH, Language, language_of


def t(message: str, /, **values: object) -> str:
    """The message in the language of the page that is being built, or whose event is being handled."""
    return page_language().t(message, **values)


def gettext_noop(message: str) -> str:
    """The message as it is, for `t` to translate later; this tells `make messages` of it."""
    return message


def translated(*sentences: str) -> str:
    """What `core` says, one sentence after the other."""
    return translated_to(page_language(), *sentences)


def translated_to(language: Language, *sentences: str) -> str:
    """The same where there is no page."""
    return " ".join(
        language.t(each.template, **each.values) if isinstance(each, Sentence) else language.t(each)
        for each in sentences
    )


def page_language() -> Language:
    """The language of the page that is being built, or whose event is being handled.

    A page may close while its event is handled: nobody reads what it says, so that any language will do.
    """
    try:
        return language_of(context.client.request)
    except RuntimeError:
        return ENGLISH

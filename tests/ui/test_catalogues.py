"""Catalogues have a translation of every message in the code, and of nothing else."""

import ast
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from ui.catalogue import LOCALES_DIR, catalogue_path, read_catalogue
from ui.languages import LANGUAGES

ROOT = Path(__file__).parents[2]
TRANSLATED = [tag for tag in LANGUAGES if tag != "en"]
# Where `core` says something to people; descriptions of the API are for programmers, and stay English.
TOLD_BY = ["errors.py", "failures.py", "charges.py", "sign_in/problems.py", "services", "middleware"]
TOLD_TO_PROGRAMS = ["metrics.py"]
A_SENTENCE = re.compile(r"[A-Z][^\n]* [^\n]*[.!?]")
Key = str | tuple[str, ...]


def key_of(message: Message) -> Key:
    return message.id if isinstance(message.id, str) else tuple(message.id)


def texts_of(message: Message) -> list[str]:
    return [message.string or ""] if isinstance(message.string, str) else list(message.string or [""])


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.fixture(scope="module")
def in_code(tmp_path_factory: pytest.TempPathFactory) -> set[Key]:
    """What `make messages` finds."""
    template = tmp_path_factory.mktemp("messages") / "messages.pot"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        command: Callable[[list[str]], None] = CommandLineInterface().run
        command(["pybabel", "--quiet", "extract", "-F", "pyproject.toml", "-o", str(template)])
    with template.open("rb") as file:
        return {key_of(message) for message in read_po(file) if message.id}


@cache
def catalogue(tag: str) -> Catalog:
    with catalogue_path(tag).open("rb") as file:
        return read_po(file, locale=tag)


def test_each_catalogue_belongs_to_a_language() -> None:
    assert {path.parents[1].name for path in LOCALES_DIR.rglob("*.po")} == set(TRANSLATED)


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_catalogue_has_the_messages_of_the_code_and_no_others(tag: str, in_code: set[Key]) -> None:
    """`make messages` brings it up to date."""
    assert len(in_code) > 200
    assert {key_of(message) for message in catalogue(tag) if message.id} == in_code
    assert not catalogue(tag).obsolete


@pytest.mark.parametrize("tag", TRANSLATED)
def test_every_message_is_translated_with_its_placeholders(tag: str) -> None:
    for message in catalogue(tag):
        if not message.id:
            continue
        key, texts = key_of(message), texts_of(message)
        assert all(texts), key
        assert not message.fuzzy, key
        english = [key] if isinstance(key, str) else key
        wanted = set[str]().union(*map(placeholders, english))
        for text in texts:
            # A form for one thing may say the number as a word, in English too.
            assert placeholders(text) | {"n"} == wanted | {"n"}, key
            assert text.strip() == text, key
            assert "..." not in text, key
            assert '"' not in text, key


def test_german_is_typeset_as_german_is() -> None:
    for forms in read_catalogue("de").messages.values():
        for text in forms:
            assert text.count("„") == text.count("“"), text
            assert not re.search(r"[a-zäöüß,] (Sie|Ihnen|Ihr\w*)\b", text), text  # it is "du"


def sentences_without_mark() -> list[str]:
    """Sentences in `core` that nobody could translate, as no extraction finds them."""
    found = []
    for name in TOLD_BY:
        place = ROOT / "core" / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            if path.name in TOLD_TO_PROGRAMS:
                continue
            tree = ast.parse(path.read_text())
            passed = set(map(id, known_texts(tree)))
            found += [
                f"{path.name}: {ast.unparse(node)}"
                for node in ast.walk(tree)
                if id(node) not in passed and is_sentence(node)
            ]
    return found


def known_texts(tree: ast.AST) -> list[ast.AST]:
    """Docstrings and other texts that stand alone, and what is passed to `Sentence` or to the log."""
    known: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            known.append(node.value)
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("Sentence", "logger.")):
            known += [each for argument in node.args for each in ast.walk(argument)]
        if isinstance(node, ast.JoinedStr):  # judged as a whole
            known += [each for each in ast.walk(node) if each is not node]
    return known


def is_sentence(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return bool(A_SENTENCE.fullmatch(ast.unparse(node)[2:-1]))
    return isinstance(node, ast.Constant) and bool(A_SENTENCE.fullmatch(str(node.value)))


def test_whatever_core_tells_people_can_be_translated() -> None:
    assert sentences_without_mark() == []


def test_sentences_of_core_are_not_built_from_pieces() -> None:
    """An extraction finds literals only."""
    found = [
        f"{path.relative_to(ROOT)}: {ast.unparse(node)}"
        for path in sorted((ROOT / "core").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Sentence"
        and not isinstance(node.args[0], ast.Constant)
    ]
    assert found == ["core/errors.py: Sentence(type(self).message)"]

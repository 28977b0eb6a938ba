"""`GET /api/v1/generations?q=`: search in the prompts of one person."""

import unicodedata
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import services
from core.context import Context
from tests.api.envelopes import data_of, error_of
from tests.support.application import Started, client_for
from tests.support.database import TestDatabase
from tests.support.people import SignedIn

LIST = "/api/v1/generations"


def add(database: TestDatabase, owner_id: UUID, *prompts: str) -> None:
    """Ended generations, the last one the newest."""
    for prompt in prompts:
        database.run(
            "INSERT INTO generations (owner_id, prompt, model, status, error_code)"
            " VALUES (%s, %s, 'm/m', 'failed', 'MODERATED')",
            owner_id,
            prompt,
        )


async def found(person: SignedIn, q: str, **more: str | int) -> list[str]:
    page = data_of(await person.http.get(LIST, params={"q": q, **more}))
    return [item["prompt"] for item in page["items"]]


@pytest.mark.parametrize(
    ("q", "prompts"),
    [
        ("kite", ["A red KITE over the sea", "two kites"]),
        ("KITE red", ["A red KITE over the sea"]),
        ("  sea \t red\n", ["A red KITE over the sea"]),
        ("cafe", ["Un CAFÉ à Paris"]),
        ("CAFÉ", ["Un CAFÉ à Paris"]),
        ("cafe\u0301 a\u0300", ["Un CAFÉ à Paris"]),
        ("風箏", ["海上的紅色風箏"]),
        ("طائرة", ["طائرة ورقية"]),
        ("한글", ["한글 연"]),
        ("100%", ["100% wool"]),
        ("100_", []),
        ("a_b", ["a_b"]),
        ("\\", ["back\\slash"]),
        ("kite balloon", []),
    ],
)
async def test_every_word_is_found_in_any_case_with_or_without_accents(
    ada: SignedIn, database: TestDatabase, q: str, prompts: list[str]
) -> None:
    add(
        database,
        ada.owner_id,
        *("two kites", "A red KITE over the sea", "Un CAFÉ à Paris", "海上的紅色風箏", "طائرة ورقية"),
        *("한글 연", "100% wool", "1000 wool", "a_b", "axb", "back\\slash"),
    )
    assert await found(ada, q) == prompts


async def test_blanks_are_no_search(ada: SignedIn, database: TestDatabase) -> None:
    add(database, ada.owner_id, "a kite")
    assert await found(ada, " \t ") == ["a kite"]
    assert await found(ada, "") == ["a kite"]


@pytest.mark.parametrize("q", ["x" * 801, "a\x00b"])
async def test_what_no_prompt_can_have_is_refused(ada: SignedIn, started: Started, q: str) -> None:
    problem = error_of(await ada.http.get(LIST, params={"q": q}), 400, "VALIDATION_ERROR")
    assert list(problem["details"]["fieldErrors"]) == ["q"]
    async with client_for(started.app) as stranger:
        error_of(await stranger.get(LIST, params={"q": q}), 401, "UNAUTHENTICATED")


async def test_it_is_paged_and_tagged_as_the_list_is(ada: SignedIn, database: TestDatabase) -> None:
    add(database, ada.owner_id, *(f"kite {number}" for number in range(5)), "a balloon")
    first = data_of(await ada.http.get(LIST, params={"q": "kite", "limit": 3}))
    assert [item["prompt"] for item in first["items"]] == ["kite 4", "kite 3", "kite 2"]
    assert await found(ada, "kite", limit=3, before=first["next"]) == ["kite 1", "kite 0"]
    tag = (await ada.http.get(LIST, params={"q": "kite"})).headers["ETag"]
    again = await ada.http.get(LIST, params={"q": "kite"}, headers={"If-None-Match": tag})
    assert again.status_code == 304
    error_of(await ada.http.get(LIST, params={"q": "kite", "before": str(uuid4())}), 404, "NOT_FOUND")


async def test_others_and_deleted_ones_are_never_found(
    ada: SignedIn, ben: SignedIn, database: TestDatabase
) -> None:
    add(database, ben.owner_id, "ben's kite")
    add(database, ada.owner_id, "ada's kite", "deleted kite")
    database.run("UPDATE generations SET deleted_at = now() WHERE prompt = 'deleted kite'")
    assert await found(ada, "kite") == ["ada's kite"]
    assert await found(ben, "kite") == ["ben's kite"]
    database.run("DELETE FROM generations")
    assert database.run("SELECT * FROM prompt_search") == []


async def test_a_long_prompt_of_wide_characters_can_be_stored_and_is_found_by_its_beginning(
    ada: SignedIn, database: TestDatabase
) -> None:
    add(database, ada.owner_id, "🪁" * 800, "風" * 799 + "箏")
    assert await found(ada, "🪁🪁") == ["🪁" * 800]
    assert await found(ada, "箏") == ["風" * 799 + "箏"]


LETTERS = st.text(alphabet="aAbBéÉ ß%_\\風", min_size=1, max_size=12)


def _form(text: str) -> str:
    plain = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return unicodedata.normalize("NFC", plain.lower())


@pytest.mark.asvs("1.2.9")
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prompts=st.lists(LETTERS.filter(str.strip), min_size=1, max_size=6), q=LETTERS.filter(str.strip))
async def test_it_finds_what_python_finds(
    quiet_ctx: Context, database: TestDatabase, prompts: list[str], q: str
) -> None:
    owner_id = uuid4()
    add(database, owner_id, *prompts)
    listed = await services.list_generations(quiet_ctx, owner_id=owner_id, limit=100, words=q)
    expected = [each for each in prompts if all(word in _form(each) for word in _form(q).split())]
    assert [each.prompt for each in listed] == expected[::-1]

"""The tokens: every text reaches a contrast of 4.5:1 and every control's edge 3:1, in both modes."""

import re

import pytest

from ui.assets import STATIC_DIR

TOKENS = (STATIC_DIR / "tokens.css").read_text()
SURFACES = ("background", "card", "popover", "muted")
TEXTS_ON_ANY_SURFACE = ("muted-foreground", "primary-strong", "destructive")
TEXT_PAIRS = [
    ("foreground", "background"),
    *[
        (f"{name}-foreground", name)
        for name in ("card", "popover", "primary", "secondary", "muted", "accent", "destructive")
    ],
    *[
        (text, surface)
        for text in ("muted-foreground", "primary-strong", "destructive")
        for surface in SURFACES
    ],
]
EDGE_PAIRS = [(edge, surface) for edge in ("input", "ring") for surface in ("background", "card")]


def tokens(mode: str) -> dict[str, str]:
    light, dark = TOKENS.split('[data-theme="dark"]')
    found = dict(re.findall(r"--([\w-]+): ([^;]+);", light))
    return found | (dict(re.findall(r"--([\w-]+): ([^;]+);", dark)) if mode == "dark" else {})


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("text", "surface"), TEXT_PAIRS)
def test_text_can_be_read(mode: str, text: str, surface: str) -> None:
    assert contrast(tokens(mode)[text], tokens(mode)[surface]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("edge", "surface"), EDGE_PAIRS)
def test_controls_can_be_seen(mode: str, edge: str, surface: str) -> None:
    assert contrast(tokens(mode)[edge], tokens(mode)[surface]) >= 3


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_what_the_brief_fixes_is_so(mode: str) -> None:
    theme = tokens(mode)
    assert theme["primary"] == "#47b3ff"
    assert theme["radius"] == "1.3rem"
    assert theme["font-sans"].startswith('"Open Sans"')


def test_colours_are_defined_in_one_place() -> None:
    """Nothing but tokens.css names a colour, so that a theme is changed in one file."""
    for path in STATIC_DIR.parent.rglob("*.css"):
        if path.name != "tokens.css":
            assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", path.read_text()), path.name


# What has a side: the properties themselves, their values, and four values of which the sides differ.
SIDED = re.compile(
    r"\b(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right)\b[^;]*"
    r"|(?<![\w-])(?:left|right):[^;]*|(?:text-align|float|clear): *(?:left|right))"
)
FOUR = re.compile(r"(?<![\w-])((?:margin|padding|inset|border-width): *([^;]+));")
ON_BOTH_SIDES = {
    "border-width: 0 2px 2px 0": "the tick of a picture, which is a sign and not text: the same everywhere",
}


def values_of(text: str) -> list[str]:
    """The values of a property, each function whole."""
    return re.findall(r"(?:[^\s()]+|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))+", text)


def sided(css: str) -> list[str]:
    found = SIDED.findall(css)
    for whole, text in FOUR.findall(css):
        values = values_of(text)
        if len(values) == 4 and values[1] != values[3]:
            found.append(whole)
    return [each for each in found if each not in ON_BOTH_SIDES]


def test_styles_know_start_and_end_but_neither_left_nor_right() -> None:
    """Which would be wrong where a language is written from right to left."""
    for path in STATIC_DIR.parent.rglob("*.css"):
        assert sided(path.read_text()) == [], path.name


@pytest.mark.parametrize(
    "css",
    [
        "margin-left: 0;",
        "a { left: 0; }",
        "text-align: right;",
        "inset: 0 auto auto calc(max(0px, 1vw) + 1px);",
    ],
)
def test_a_side_is_found(css: str) -> None:
    assert sided(css) != []

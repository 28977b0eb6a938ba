"""What a prompt asks for, by its words: time of day, ground, weather, colors and things."""

import random
import re
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple, TypeVar

_PLURAL = re.compile(r"(?<=\w{3})(?<!s)s$")
_WORD = re.compile(r"[^\W\d_]+")
Color = tuple[int, int, int]
Kind = TypeVar("Kind", bound=StrEnum)


class Time(StrEnum):
    NIGHT = "night"
    DAWN = "dawn"
    DAY = "day"
    DUSK = "dusk"


class Ground(StrEnum):
    SEA = "sea"
    MOUNTAINS = "mountains"
    FOREST = "forest"
    CITY = "city"
    DESERT = "desert"
    HILLS = "hills"
    MOON = "moon"


class Thing(StrEnum):
    """What stands before the ground, as a silhouette."""

    LIGHTHOUSE = "lighthouse"
    BOAT = "boat"
    KITE = "kite"
    BALLOON = "balloon"
    HOUSE = "house"
    TREE = "tree"
    BIRDS = "birds"


class Scene(NamedTuple):
    """All that is drawn of a prompt; what it leaves open is decided by dice."""

    time: Time
    grounds: tuple[Ground, ...]
    """From the back to the front."""
    things: tuple[Thing, ...]
    light: Color | None
    """The color of the sun or the moon, where the prompt names one."""
    accent: Color | None
    """The color of the things, where one is named with it."""
    tint: Color | None
    """The color that the whole leans to."""
    is_moonlit: bool
    has_snow: bool
    has_clouds: bool
    has_mist: bool
    has_stars: bool


_TIMES = {
    Time.NIGHT: "night midnight nocturnal dark starry star moonlight moonlit space galaxy",
    Time.DAWN: "dawn sunrise morning daybreak spring",
    Time.DAY: "noon day daylight midday afternoon sunny bright summer",
    Time.DUSK: "dusk sunset evening twilight autumn fall golden",
}
_GROUNDS = {
    Ground.MOON: "astronaut lunar crater",
    Ground.CITY: "city town skyline street skyscraper tower building urban metropolis bridge",
    Ground.FOREST: "forest wood woods jungle pine fir fox deer bear owl wolf",
    Ground.DESERT: "desert dune sand sahara camel cactus oasis",
    Ground.MOUNTAINS: "mountain peak alps alpine summit cliff glacier volcano valley canyon",
    Ground.SEA: "sea ocean beach lake water wave coast harbor harbour bay river island boat ship sail"
    " sailboat lighthouse whale fish",
    Ground.HILLS: "hill field meadow farm garden greenhouse countryside grass kite balloon"
    " house cabin cottage hut barn tree oak",
}
_THINGS = {
    Thing.LIGHTHOUSE: "lighthouse",
    Thing.BOAT: "boat ship sail sailboat sailing yacht",
    Thing.KITE: "kite",
    Thing.BALLOON: "balloon",
    Thing.HOUSE: "house cabin cottage hut home barn farm greenhouse",
    Thing.TREE: "tree oak",
    Thing.BIRDS: "bird seagull gull goose geese flock crane swallow",
}
_SNOW = {"snow", "snowy", "snowfall", "winter", "ice", "icy", "frost", "frozen", "arctic", "glacier"}
_CLOUDS = {"cloud", "cloudy", "storm", "stormy", "rain", "rainy", "overcast", "thunder"}
_MIST = {"mist", "misty", "fog", "foggy", "haze", "hazy", "smoke", "dream", "dreamy"}
_MOONS = {"moon", "moonlight", "moonlit", "moonrise"}
_SUNS = {"sun", "sunset", "sunrise", "sunny"}
COLORS: dict[str, Color] = {
    "red": (222, 52, 44),
    "crimson": (184, 22, 52),
    "scarlet": (230, 46, 30),
    "orange": (244, 126, 38),
    "amber": (250, 172, 50),
    "gold": (246, 190, 72),
    "golden": (246, 190, 72),
    "yellow": (252, 214, 76),
    "green": (60, 150, 88),
    "emerald": (24, 150, 104),
    "teal": (24, 140, 146),
    "turquoise": (56, 190, 186),
    "blue": (46, 108, 214),
    "indigo": (70, 66, 178),
    "violet": (132, 82, 200),
    "purple": (128, 66, 176),
    "lavender": (176, 154, 222),
    "pink": (244, 132, 172),
    "magenta": (210, 50, 146),
    "brown": (126, 84, 56),
    "white": (244, 244, 240),
    "silver": (202, 210, 220),
    "gray": (134, 142, 152),
    "grey": (134, 142, 152),
    "black": (26, 28, 36),
}


def read_scene(prompt: str, dice: random.Random) -> Scene:
    """The scene of a prompt. What it names does not change what the dice say of the rest."""
    words = [_singular(word) for word in _WORD.findall(prompt.lower())]
    any_time = dice.choice([Time.DAWN, Time.DAY, Time.DUSK, Time.DUSK])
    any_ground = dice.choice([Ground.HILLS, Ground.MOUNTAINS, Ground.SEA, Ground.FOREST])
    has_any_clouds = dice.choice([True, False])
    said = set(words)
    time = next(iter(_named(_TIMES, words)), Time.NIGHT if said & _MOONS else any_time)
    has_snow = bool(said & _SNOW)
    if has_snow and any_ground is Ground.SEA:
        any_ground = Ground.MOUNTAINS
    grounds = _grounds(words) or (any_ground,)
    light, accent, tint = _colors(words)
    return Scene(
        time=Time.NIGHT if Ground.MOON in grounds else time,
        grounds=grounds,
        things=tuple(_named(_THINGS, words)[:3]),
        light=light,
        accent=accent,
        tint=tint,
        is_moonlit=bool(said & _MOONS) or (time is Time.NIGHT and not said & _SUNS),
        has_snow=has_snow,
        has_clouds=bool(said & _CLOUDS) or (has_any_clouds and time is not Time.NIGHT),
        has_mist=bool(said & _MIST),
        has_stars=time is Time.NIGHT or Ground.MOON in grounds,
    )


def _grounds(words: list[str]) -> tuple[Ground, ...]:
    """At most two of them, in the order in which they can stand behind each other."""
    if any(pair == ("on", "moon") for pair in _pairs([word for word in words if word != "the"])):
        return (Ground.MOON,)
    named = _named(_GROUNDS, words)
    if Ground.MOON in named:
        return (Ground.MOON,)
    depth = (Ground.MOUNTAINS, Ground.CITY, Ground.DESERT, Ground.HILLS, Ground.FOREST, Ground.SEA)
    return tuple(sorted(named[:2], key=depth.index))


def _colors(words: list[str]) -> tuple[Color | None, ...]:
    """The first color of a light, of a thing, and of anything else: which one, the word behind it says."""
    lights: list[Color] = []
    things: list[Color] = []
    others: list[Color] = []
    for word, following in pairwise([*words, ""]):
        if word in COLORS:
            is_thing = bool(_named(_THINGS, [following]))
            of = lights if following in _MOONS | _SUNS else things if is_thing else others
            of.append(COLORS[word])
    return tuple(next(iter(found), None) for found in (lights, things, others))


def _named(names: dict[Kind, str], words: list[str]) -> list[Kind]:
    """The kinds of which a word is there, in the order of the words."""
    known = {word: kind for kind, line in names.items() for word in line.split()}
    return list(dict.fromkeys(known[word] for word in words if word in known))


def _pairs(words: list[str]) -> list[tuple[str, str]]:
    return list(pairwise(words))


def _singular(word: str) -> str:
    return _PLURAL.sub("", word)

"""The skeleton of a page, shown until its scripts have loaded, and the messages for when they do not."""

from html import escape

from ui.components.prompt_box import EXAMPLES
from ui.icons import svg


def card_skeleton(title: str, lead: str, *, problem: str = "", buttons: int = 1, remark: str = "") -> str:
    """The outline of a page with one card; texts are escaped."""
    return (
        f'<div class="card stack"><p class="as-title">{escape(title)}</p>{_text("lead", lead)}'
        f"{_text('problem', problem)}{_BUTTON * buttons}{_text('small', remark)}</div>"
    )


def studio_skeleton(title: str, *, has_examples: bool) -> str:
    """The outline of the generate screen: prompt, stage and pictures; on a first visit, examples."""
    shapes = '<span class="skeleton__example"></span>' * len(EXAMPLES)
    examples = f'<div class="examples">{shapes}</div>' if has_examples else ""
    tiles = "" if has_examples else '<li class="tile skeleton__shape"></li>' * 6
    return (
        f'<div class="studio"><div class="card composer"><p class="composer__title">{escape(title)}</p>'
        '<div class="prompt-box__text"></div>'
        f'<div class="prompt-box__foot"></div>{_BUTTON}<p class="small reason"></p>{examples}</div>'
        '<div class="easel"><div class="canvas"><div class="sheet"></div></div></div></div>'
        f'<div class="pictures"><div class="pictures__head"><p class="skeleton__heading">{_line("8rem")}</p>'
        '<span class="search"></span></div>'
        f'<ul class="gallery__block">{tiles}</ul></div>'
    )


def skeleton(content: str, *, icons: int, is_demo: bool = False) -> str:
    """The page around `content`: a header with that many icons. Nothing takes the focus."""
    chip = _DEMO_CHIP if is_demo else ""
    shapes = '<span class="skeleton__icon"></span>' * icons
    return (
        f'<div class="skeleton" aria-hidden="true"><div class="top-bar is-loading"></div>'
        f'<div class="frame-header"><span class="brand"><span class="icon">{svg("easel")}</span>'
        "<span>Easel</span></span>"
        f'{chip}<span class="spacer"></span>{shapes}</div>'
        f'<div class="page">{content}</div></div>'
        f"{_MESSAGES}"
    )


def _text(classes: str, text: str) -> str:
    return f'<p class="{classes}">{escape(text)}</p>' if text else ""


def _line(width: str) -> str:
    return f'<span class="skeleton__line" style="width: {width}"></span>'


_DEMO_CHIP = '<span class="demo-chip"><span class="demo-chip__word">Demo</span></span>'
_BUTTON = '<span class="skeleton__button"></span>'
_MESSAGES = (
    '<p class="visually-hidden" role="status">Easel is loading …</p>'
    '<div class="not-started page"><div class="centered"><div class="card stack" role="alert">'
    "<p>Easel could not start: a part of it did not arrive, or your browser does not support ES modules.</p>"
    '<a class="button button--primary" href="">Load the page again</a></div></div></div>'
    '<noscript><style>.skeleton { display: none; }</style><div class="page centered"><p class="card">'
    "Easel needs JavaScript, which is switched off in this browser.</p></div></noscript>"
)

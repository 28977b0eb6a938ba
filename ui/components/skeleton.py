"""The skeleton of a page, shown until its scripts have loaded, and the messages for when they do not."""

from html import escape

from ui.components.prompt_box import EXAMPLES
from ui.components.stage import EMPTY, LEAD
from ui.icons import svg
from ui.words import t


def card_skeleton(title: str, lead: str, *, problem: str = "", buttons: int = 1, remark: str = "") -> str:
    """The outline of a page with one card; texts are escaped."""
    return (
        f'<div class="card stack"><p class="as-title">{escape(title)}</p>{_text("lead", lead)}'
        f"{_text('problem', problem)}{_BUTTON * buttons}{_text('small', remark)}</div>"
    )


def studio_skeleton(title: str, *, is_first_visit: bool) -> str:
    """The outline of the generate screen: prompt, stage and pictures; on a first visit, examples, and the
    words of the empty sheet, for which nobody has to wait."""
    shapes = '<span class="skeleton__example"></span>' * len(EXAMPLES)
    examples = f'<div class="examples">{shapes}</div>' if is_first_visit else ""
    tiles = "" if is_first_visit else '<li class="tile skeleton__shape"></li>' * 6
    sheet = f"{svg('easel')}<h2>{escape(t(EMPTY))}</h2>{_text('lead', t(LEAD))}" if is_first_visit else ""
    return (
        f'<div class="studio"><div class="card composer"><p class="composer__title">{escape(title)}</p>'
        '<div class="prompt-box__text"></div>'
        f'<div class="prompt-box__foot"></div>{_BUTTON}<p class="small reason"></p>{examples}</div>'
        f'<div class="easel"><div class="canvas"><div class="sheet">{sheet}</div></div></div></div>'
        f'<div class="pictures"><div class="pictures__head"><p class="skeleton__heading">{_LINE}</p>'
        '<span class="search"></span></div>'
        f'<ul class="gallery__block">{tiles}</ul></div>'
    )


def skeleton(content: str, *, icons: int, is_demo: bool = False) -> str:
    """The page around `content`: a header with that many icons. Nothing takes the focus."""
    chip = _demo_chip() if is_demo else ""
    shapes = '<span class="skeleton__icon"></span>' * icons
    return (
        f'<div class="skeleton" aria-hidden="true"><div class="top-bar is-loading"></div>'
        f'<div class="frame-header"><span class="brand"><span class="icon">{svg("easel")}</span>'
        "<span>Easel</span></span>"
        f'{chip}<span class="spacer"></span>{shapes}</div>'
        f'<div class="page">{content}</div></div>'
        f"{_messages()}"
    )


def _text(classes: str, text: str) -> str:
    return f'<p class="{classes}">{escape(text)}</p>' if text else ""


def _demo_chip() -> str:
    return f'<span class="demo-chip"><span class="demo-chip__word">{escape(t("Demo"))}</span></span>'


def _messages() -> str:
    """What a screen reader is told meanwhile, and what everybody is told where the page cannot start."""
    loading, again = t("Easel is loading …"), t("Load the page again")
    broken = t(
        "Easel could not start: a part of it did not arrive, or your browser does not support ES modules."
    )
    switched_off = t("Easel needs JavaScript, which is switched off in this browser.")
    return (
        f'<p class="visually-hidden" role="status">{escape(loading)}</p>'
        '<div class="not-started page"><div class="centered"><div class="card stack" role="alert">'
        f"<p>{escape(broken)}</p>"
        f'<a class="button button--primary" href="">{escape(again)}</a></div></div></div>'
        '<noscript><div class="page centered"><p class="card">'
        f"{escape(switched_off)}</p></div></noscript>"
    )


_LINE = '<span class="skeleton__line"></span>'
_BUTTON = '<span class="skeleton__button"></span>'

"""The icons, as inline SVG: no icon font to load."""

import json

_STROKE = (
    'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
)

_PATHS = {
    "easel": (
        '<rect x="5" y="4" width="14" height="11" rx="2.2" fill="var(--primary)" stroke="none"/>'
        '<path d="M12 2v2M8 15l-3 7M16 15l3 7M12 15v5M4 17h16"/>'
    ),
    "theme": '<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor"/>',
    "language": (
        '<circle cx="12" cy="12" r="8.5"/>'
        '<path d="M3.500 12h17M12 3.500c3 2.500 3.500 5.500 3.500 8.500s-.5 6-3.500 8.500'
        'c-3-2.500-3.500-5.500-3.500-8.500s.5-6 3.500-8.500z"/>'
    ),
    "keyboard": (
        '<rect x="3" y="6" width="18" height="12" rx="2.500"/>'
        '<path d="M7 10h.01M11 10h.01M15 10h.01M7 14h10M19 10h-.5"/>'
    ),
    "sign-out": '<path d="M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4M15 8l4 4-4 4M19 12H9"/>',
    "person": '<circle cx="12" cy="8.500" r="4"/><path d="M4.500 20c1-4 4-6 7.500-6s6.500 2 7.500 6"/>',
    "shield": '<path d="M12 3l7.500 3v5.500c0 4.500-3 8-7.500 9.500-4.500-1.500-7.500-5-7.500-9.500V6z"/>',
    "copy": (
        '<rect x="9" y="9" width="11" height="11" rx="2"/>'
        '<path d="M6 15H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v1"/>'
    ),
    "brush": '<path d="M14 7l3 3M5 19c3 .6 5-.6 5-3a2.5 2.5 0 0 0-2.5-2.5C5 13.500 5.600 16.500 3.500 17.800'
    'M9.600 14L18.500 4.200a1.700 1.700 0 0 1 2.500 2.400L11 16"/>',
    "warning": '<path d="M12 4l9 16H3zM12 10v4M12 17.300v.1"/>',
    "open": '<path d="M14 4h6v6M20 4l-9 9M10 5H6a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2h11a2 2 0 0 0 2-2v-4"/>',
    "picture": (
        '<rect x="3.500" y="5" width="17" height="14" rx="2.500"/><circle cx="8.500" cy="10" r="1.500"/>'
        '<path d="M5 17.500l4.500-4 3 2.500 3.500-4 4 4.500"/>'
    ),
    "again": '<path d="M5 12a7 7 0 1 0 2.200-5.100M7.500 3v4.300h4.300"/>',
    "bin": (
        '<path d="M4.500 7h15M9.500 7V4.500h5V7M6.500 7l.8 12.500h9.400L17.500 7"/>'
        '<path d="M10.300 11v5M13.700 11v5"/>'
    ),
    "history": '<path d="M4 12a8 8 0 1 0 2.600-5.900M4 4v4h4M12 8v4.500l3 1.800"/>',
    "cross": '<path d="M6.500 6.500l11 11M17.500 6.500l-11 11"/>',
    "download": '<path d="M12 4v11M7.500 11l4.500 4.500 4.500-4.500M5 20h14"/>',
}


def svg(name: str) -> str:
    """The icon's markup, hidden from screen readers, because the control around it has a name."""
    return f'<svg viewBox="0 0 24 24" {_STROKE} aria-hidden="true" focusable="false">{_PATHS[name]}</svg>'


def icons_script() -> str:
    """The module `easel/icons.js`, with the markup of every icon for the components' scripts."""
    return f"export const svg = {json.dumps({name: svg(name) for name in _PATHS})};\n"

"""The list of keyboard shortcuts, opened with `?`."""

from ui.components.elements import Text, box

_SHORTCUTS = (
    ("Ctrl Enter", "Generate (⌘ Enter on a Mac)"),
    ("/", "Go to the prompt"),
    ("g", "Go to your pictures"),
    ("← →", "Step through the pictures, when one is open"),
    ("t", "Next theme: system, light, dark"),
    ("Esc", "Close what is open"),
    ("?", "This list"),
)


def shortcuts_dialog() -> None:
    with (
        box("dialog", "dialog").props('id="shortcuts" aria-labelledby="shortcuts-title"'),
        box("div", "stack"),
    ):
        Text("h2", "Keyboard shortcuts").props('id="shortcuts-title"')
        with box("dl", "shortcuts"):
            for keys, meaning in _SHORTCUTS:
                with box("dt"):
                    for key in keys.split():
                        Text("kbd", key)
                Text("dd", meaning)
        with box("label", "check"):
            box("input", "single-keys").props('type="checkbox"')
            Text("span", "Single keys work as shortcuts")
        with box("button", "button dialog-close").props('type="button" autofocus'):
            Text("span", "Close")

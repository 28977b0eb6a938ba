"""A few prompts to start from, for a first visit."""

from ui.components.elements import Text, box

EXAMPLES = (
    "A lighthouse at dusk, painted in loose watercolour",
    "A cosy reading nook in a greenhouse, morning light through the glass",
    "An astronaut tending tomatoes on the moon, 1960s travel poster",
    "A red fox asleep in the snow, seen from above, soft pencil drawing",
)


def examples() -> None:
    """Buttons that put a prompt into the box; the browser's side does it, without the server."""
    with box("div", "examples").props('role="group" aria-label="Example prompts"'):
        for prompt in EXAMPLES:
            with box("button", "example").props('type="button"') as button:
                Text("span", prompt)
            button.props["data-prompt"] = prompt

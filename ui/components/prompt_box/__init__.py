"""The prompt box, the Generate button, and the reason why the button is off."""

from ui.components.prompt_box.prompt_box import EXAMPLES, Press, PromptBox

__all__ = ["EXAMPLES", "Press", "PromptBox"]

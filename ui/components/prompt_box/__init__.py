"""The prompt box, the Generate button and the reason why it is off."""

from ui.components.prompt_box.prompt_box import Press, PromptBox

__all__ = ["Press", "PromptBox"]

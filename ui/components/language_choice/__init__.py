from ui.components.language_choice.language_choice import LanguageChoice

__all__ = ["LanguageChoice"]

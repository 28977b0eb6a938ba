from ui.components.api_tokens.api_tokens import ApiTokens

__all__ = ["ApiTokens"]

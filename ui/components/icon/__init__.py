from ui.components.icon.icon import Icon

__all__ = ["Icon"]

from ui.components.shortcuts.shortcuts import Shortcuts

__all__ = ["Shortcuts"]

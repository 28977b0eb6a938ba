from ui.components.top_bar.top_bar import TopBar

__all__ = ["TopBar"]

from ui.components.page_frame.page_frame import PageFrame

__all__ = ["PageFrame"]

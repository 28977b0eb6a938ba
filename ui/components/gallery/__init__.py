from ui.components.gallery.gallery import Gallery

__all__ = ["Gallery"]

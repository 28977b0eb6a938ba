from ui.components.gallery.gallery import Gallery, pictures_section

__all__ = ["Gallery", "pictures_section"]

"""The demo's pictures: landscapes of what a prompt names, in layers of light."""

from core.provider.drawing.paint import SIZE
from core.provider.drawing.picture import draw_picture

__all__ = ["SIZE", "draw_picture"]

"""Face + Motion -> pictures."""

from vasari.render.hair import Hair
from vasari.render.renderer import Renderer
from vasari.shape.onto_face import onto_face

__all__ = ["Hair", "Renderer", "onto_face"]

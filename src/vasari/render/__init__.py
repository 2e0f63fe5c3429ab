"""Face + Motion -> pictures."""

from vasari.render.body import Body
from vasari.render.renderer import Renderer

__all__ = ["Body", "Renderer"]

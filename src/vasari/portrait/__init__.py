"""Picture in, `Face` out."""

from vasari.portrait.picture import Opened, open_picture
from vasari.portrait.read import read_portrait

__all__ = ["Opened", "open_picture", "read_portrait"]

"""What lies over the warped portrait: eyes, lids, rims, mouth, folds and light.

Each layer is made once for a portrait, and then drawn by one call a picture:

    layer.draw(out, now)
"""

from vasari.render.layers.layer import Layer, Now

__all__ = ["Layer", "Now"]

"""Vasari makes a portrait speak: one picture and a voice become a video."""

__version__ = "0.1.0"

"""Live: sound comes in while it is spoken, pictures go out."""

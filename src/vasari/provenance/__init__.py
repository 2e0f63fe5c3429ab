"""What says that a picture was made: the mark in its pixels."""

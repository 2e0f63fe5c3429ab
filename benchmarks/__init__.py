"""What the documents claim, measured: each folder is one command that prints and stores figures."""

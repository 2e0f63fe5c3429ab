"""From words and files to files: what each command of the command line does."""

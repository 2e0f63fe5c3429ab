"""A portrait that is free of rights and a voice that is nobody's."""

"""A client of Z39.50, as far as copying records needs one (ISO 23950)."""

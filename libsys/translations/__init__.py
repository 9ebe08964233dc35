"""Catalogues of the four languages: found, checked and compiled without GNU gettext, which a fresh machine lacks."""

"""Asking other libraries' catalogues for records."""

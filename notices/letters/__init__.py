"""Letters as PDF: A4, folded once into a C5 envelope with the address in its window. Knows nothing of the database."""

from notices.letters.drawing import ListPage, Sheet, letters_pdf, page_counts

__all__ = ["ListPage", "Sheet", "letters_pdf", "page_counts"]

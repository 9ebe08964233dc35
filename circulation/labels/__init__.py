"""Labels for items as PDF: barcodes and spines, on the usual sheets or a roll. Knows nothing of the database."""

from circulation.labels.drawing import BarcodeLabel, LabelRefused, SpineLabel, labels_pdf, spine_lines
from circulation.labels.sheets import SHEETS, Sheet

__all__ = ["SHEETS", "BarcodeLabel", "LabelRefused", "Sheet", "SpineLabel", "labels_pdf", "spine_lines"]

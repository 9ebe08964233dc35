"""MARC in and out: finds a file's format and encoding, reads its records one by one, and reads columns from them.

Pure code without models. The way in is `reading.read_records`, then `columns.parse_columns`; `exporting.export` gives
the record back.
"""

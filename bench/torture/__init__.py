"""Thousands of mixed desk actions and nights at once in one municipality, and whether all is as it must be afterwards.

`tests/circulation/test_torture.py` runs it at a moderate size, `make bench ARGS="--only torture"` at a large one.
"""

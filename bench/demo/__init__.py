"""Believable municipalities made from facts: for the demo, for tests and for benchmarks, the same again for a seed."""

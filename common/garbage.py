"""How seldom Python looks for garbage in a process that serves for long, or reads much at once."""

import gc

# Python looks whenever 700 things more were made than freed, which a page or a dozen MARC records do again and again;
# hardly any of them refer to each other in a circle, and only such ones wait for a look. A fifth of the time of a long
# import went by with looking; memory grows by a few megabytes.
_THRESHOLDS = (20_000, 20, 100)


def look_seldom() -> None:
    """Look for garbage seldom, and never again among what was read so far: modules, addresses and pages stay."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)

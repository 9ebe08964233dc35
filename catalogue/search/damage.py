"""How a damaged index shows: Tantivy raises ValueError, or its Rust code gives up with a panic."""


def is_damage(problem: BaseException) -> bool:
    """Say whether the exception means that the index's files can't be read.

    The class of a panic can't be imported, and isn't an `Exception`.
    """
    return isinstance(problem, ValueError | OSError) or type(problem).__name__ == "PanicException"

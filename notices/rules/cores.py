"""The core of a message: what several messages in one take over, without greeting and closing. Pure."""

import re

_CLOSES = re.compile(r"\{library(_\w+)?\}")


def split_template(body: str, *, by_line: bool = False) -> tuple[str, str, str]:
    """Return greeting, core and closing of a text with placeholders.

    The greeting is a first paragraph that names the addressee, the closing a last one that begins with the branch's
    name or has it on a line of its own; either may be missing. Nothing is left over where a text is one paragraph.

    :param by_line: a text message is divided by its lines
    """
    gap = "\n" if by_line else "\n\n"
    parts = body.replace("\r\n", "\n").strip().split(gap)
    greeting = [parts.pop(0)] if len(parts) > 1 and "{addressee}" in parts[0] else []
    closing = [parts.pop()] if len(parts) > 1 and _is_closing(parts[-1]) else []
    return "".join(greeting), gap.join(parts), "".join(closing)


def _is_closing(paragraph: str) -> bool:
    return any(_CLOSES.fullmatch(line.strip()) for line in paragraph.split("\n"))


def find_core(body: str, core: str) -> tuple[int, int] | None:
    """Return where the filled core stands in the filled body, or None if it doesn't stand there as a piece."""
    start = body.find(core.strip()) if core.strip() else -1
    return (start, start + len(core.strip())) if start >= 0 else None

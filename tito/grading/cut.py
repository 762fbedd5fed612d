"""Text that is too long for where it stands. Both sides of the wall import this file."""


def both_ends(text: str, longest: int) -> str:
    """The text, cut in its middle where it is longer: errors and names tell at their ends what is special."""
    last = longest * 2 // 5
    return text if len(text) <= longest else f"{text[: longest - last - 1]}…{text[-last:]}"

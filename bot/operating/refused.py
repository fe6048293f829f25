"""What an operator's verb refuses."""


class VerbRefused(Exception):
    """It cannot be done so; the text is a sentence for an operator."""

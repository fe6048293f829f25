"""What a user may be told: every rule says no by raising one of these; a handler picks the
sentence.
"""


class DeskError(Exception):
    """A refusal with a stable `code` and the values its sentence needs; anything else raised is a
    bug.
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class NotFound(DeskError):
    """The named thing does not exist."""


class InvalidInput(DeskError):
    """What was typed cannot be taken; the code says which field or form is wrong."""


class NotAllowed(DeskError):
    """The person may not do this."""


class Conflict(DeskError):
    """The record changed since it was read; read again and decide again."""


class Expired(DeskError):
    """A code or button past its time."""


class NotReady(DeskError):
    """What is asked for is still being made; the same goes well later."""


class DataError(Exception):
    """A data file (catalogue, time standard, calendar) is wrong: names the file, the row and what
    to mend.
    """

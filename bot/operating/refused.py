"""What an operator's verb refuses."""

from store.moving.opening import is_desk


class VerbRefused(Exception):
    """It cannot be done so; the text is a sentence for an operator."""


async def refuse_no_desk(url: str) -> None:
    """VerbRefused where nothing is there yet; what cannot be opened, or is another program's,
    raises its own: WrongSchema, StoreUnavailable.
    """
    if not await is_desk(url):
        raise VerbRefused("DESKBOT_DATABASE_URL: there is no desk")

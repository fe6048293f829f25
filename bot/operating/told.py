"""What an archive tells of itself, believed when it has the shape that a backup gives it."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.operating.refused import VerbRefused

Name = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]*$")]
Version = Annotated[str, StringConstraints(pattern="^[0-9]{1,6}$")]
WholeNumber = Annotated[int, Field(ge=0, le=(1 << 63) - 1)]


class _Told(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class ToldTable(_Told):
    """How many rows a table has, and their hash."""

    rows: WholeNumber
    digest: str


class ToldFiles(_Told):
    """How many files there are, and how long they are together."""

    count: WholeNumber
    bytes: WholeNumber


class ToldHead(_Told):
    """What the desk was, at the archive's begin; by table its columns."""

    format: WholeNumber
    made_at: str
    engine: str
    served: bool
    migrations: Annotated[dict[Version, str | None], Field(min_length=1)]
    tables: dict[Name, list[Name]]


class ToldManifest(ToldHead):
    """The same, and what was put in, at its end."""

    rows: dict[Name, ToldTable]
    numbers: dict[Name, WholeNumber]
    damaged: list[str]
    files: ToldFiles
    members: dict[str, str]


ToldShape = TypeVar("ToldShape", bound=_Told)


def told_in(data: bytes, shape: type[ToldShape]) -> ToldShape:
    """What these bytes of JSON tell; VerbRefused where they are anything else."""
    try:
        return shape.model_validate_json(data)
    except ValidationError:
        raise VerbRefused("this is no archive of a desk, or damaged") from None

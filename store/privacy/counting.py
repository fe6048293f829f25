"""What an erasure would take, as counts, before anybody decides it."""

from collections.abc import Sequence

from store.engine.database import Reader, count, is_one_of
from store.privacy.subjects import AT_ONCE, DataSubject


async def count_subject(db: Reader, subject: DataSubject) -> dict[str, int]:
    """By kind how much there is of a customer's."""
    requests = subject.requests
    owed = is_one_of("request_id", requests)
    return {
        "codes": len(subject.codes),
        "tickets": len(subject.tickets),
        "contacts": await _count_contacts(db, subject.codes),
        "mails": len(subject.mails) + len(subject.incoming),
        "files": await _count_files(db, subject.file_records),
        "requests": len(requests),
        "owed": await count(
            db,
            f"SELECT count(*) AS n FROM owed WHERE state = 'open' AND {owed}",
            *requests,
        ),
    }


async def _count_contacts(db: Reader, codes: Sequence[str]) -> int:
    theirs = is_one_of("customer_code", codes)
    return await count(
        db,
        f"SELECT count(*) AS n FROM contacts WHERE removed = 0 AND {theirs}",
        *codes,
    )


async def _count_files(db: Reader, records: Sequence[str]) -> int:
    found = 0
    for at in range(0, len(records), AT_ONCE):
        some = records[at : at + AT_ONCE]
        found += await count(
            db,
            f"SELECT count(*) AS n FROM files WHERE {is_one_of('record', some)}",
            *some,
        )
    return found

"""`run_bot.py retention` says what the next night would take, by the office's file, and takes nothing."""

import json
from pathlib import Path

import pytest

from tests.operating.conftest import Place, Places, run_verb


@pytest.mark.long
async def test_the_rules_of_the_office_and_what_is_past_them(desk: Place, tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text('[retention]\nclosed_tickets = "1 day"\ncustomers = "never"\n', "utf-8")
    office = {"DESKBOT_CONFIG": str(file)}
    done = await run_verb(desk, "retention", "--json", **office)
    told = json.loads(done.stdout)
    assert told["rules"].keys() == {"raw_events", "closed_tickets"}
    rule = told["rules"]["closed_tickets"]
    assert rule["kept"] == "1 day"
    assert rule["confirmed"] is False
    assert rule["going"] > 0
    assert rule["held"] > 0
    lines = (await run_verb(desk, "retention", **office)).stdout.splitlines()
    assert lines[1].startswith(
        f"closed_tickets: kept 1 day, {rule['going']} past it, the oldest of"
    )
    assert lines[1].endswith("waits for an administrator's word (/retention)")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('audit = "30 days"', "audit: must be 90 days or more, by law"),
        ('mails = "ninety days"', 'mails: must look like "90 days", "6 months" or "5 years"'),
        ('customers = "1 year"', "customers: needs a rule for closed_tickets, too"),
        ('mail = "1 year"', "mail: unknown; use one of raw_events, spam, mails"),
    ],
)
async def test_a_rule_that_cannot_be_followed_is_named(
    places: Places, tmp_path: Path, written: str, said: str
) -> None:
    place = await places.make("sqlite")
    file = tmp_path / "office.toml"
    file.write_text(f"[retention]\n{written}\n", "utf-8")
    done = await run_verb(place, "retention", DESKBOT_CONFIG=str(file))
    assert done.exit_code == 1
    assert said in done.stderr

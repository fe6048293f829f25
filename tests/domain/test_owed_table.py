"""The page of what every event does to what is owed is what the rules do."""

from tests.owed_table import DOCUMENT, page


def test_the_page_is_what_the_rules_do() -> None:
    assert DOCUMENT.read_text("utf-8") == page(), "run python -m tests.owed_table"

"""What a desk does with a field of a contract that it did not have before.

`test_new_field.py` adds the field to a copy of the tree and has this run there, as a test.
"""

import pytest

from store.owed import contracts

NO = "81/2569"
LABEL, ENGLISH, TYPED = "แหล่งทุนวิจัย", "Research grant", "ทุน ววน. 2569"


@pytest.fixture
async def given(desk):
    """A contract whose field was filled in; the confirmation is the last answer."""
    await desk.says(f"/open C70001 เมล 7.9 ส่งข้อมูลและสัญญา {NO} => ส่งแล้ว ปิด")
    await desk.says(NO)
    await desk.presses("แก้ไขสัญญา")
    assert LABEL in (await desk.presses(LABEL)).text
    assert f"{LABEL}: {TYPED}" in (await desk.says(TYPED)).text
    await desk.presses("บันทึก")
    return desk


async def test_it_is_typed_in_the_form_and_kept(given):
    assert (await contracts.get_contract(given.db, NO)).grant_source == TYPED


async def test_it_stands_on_the_card_and_in_the_history(given):
    assert f"{LABEL}: {TYPED}" in (await given.says(NO)).text
    assert f"{LABEL}: - → {TYPED}" in (await given.presses("ประวัติการแก้ไข")).text


async def test_it_is_called_by_its_english_name(given):
    await given.says("/language")
    await given.presses("English")
    assert f"{ENGLISH}: {TYPED}" in (await given.says(NO)).text

"""A form as one page: kept as it is typed, and saved by the same handlers as in the chat."""

import re
from html import unescape

FIELD = re.compile(r'name="(field-[^"]+)"')
WAS = re.compile(r'name="(was-[^"]+)" value="([^"]*)"')
FORM_LINK = re.compile(r'href="(/forms/[0-9a-f]{32})"')


async def opened(browser, typed):
    """The page of the form that this opens."""
    await browser.says(typed)
    path = FORM_LINK.findall(browser.html)[-1]
    answer = await browser.open(path)
    assert answer.status_code == 200, answer.text
    return path


def filled(html, **answers):
    """What the page's form posts with these texts."""
    was = {name: unescape(value) for name, value in WAS.findall(html)}
    fields = {name.replace("was-", "field-"): value for name, value in was.items()}
    for name, text in answers.items():
        assert f"field-{name}" in FIELD.findall(html), name
        fields[f"field-{name}"] = text
    return {**was, **fields}


async def test_a_new_customer_is_filled_and_saved_on_one_page(paged):
    nok = await paged.logged_in("นก")
    path = await opened(nok, "ผู้รับบริการใหม่ นางพิมพ์ใจ ทดลองดี")
    assert "ต้องกรอก" in nok.html
    told = filled(nok.html, kind="นักศึกษา", mobile="0876543219", address="9")
    answer = await nok.post(path, **told, save="1", headers={"Accept": "text/html"})
    assert answer.status_code == 303, answer.text
    row = await paged.db.fetch_one("SELECT name, mobile FROM customers WHERE name LIKE '%พิมพ์ใจ%'")
    assert row["mobile"] == "+66876543219"
    await nok.open()
    assert "บันทึกข้อมูลเรียบร้อย" in nok.html
    again = await nok.open(path)
    assert again.status_code == 410
    assert "บันทึกแล้ว" in nok.html


async def test_what_is_typed_is_kept_and_what_is_wrong_is_told(paged):
    nok = await paged.logged_in("นก")
    path = await opened(nok, "ผู้รับบริการใหม่ นางพิมพ์ใจ ทดลองดี")
    kept = await nok.post(path, **filled(nok.html, email="malee@example.com"))
    assert kept.status_code == 204
    await paged.service.engine.idle()
    await nok.open(path)
    assert "malee@example.com" in nok.html
    told = filled(nok.html, mobile="08", kind="นักศึกษา")
    wrong = await nok.post(path, **told, save="1", headers={"Accept": "text/html"})
    assert wrong.status_code == 200
    assert 'role="alert"' in wrong.text
    assert 'value="08"' in wrong.text
    row = await paged.db.fetch_one("SELECT count(*) AS n FROM customers WHERE name LIKE '%พิมพ์ใจ%'")
    assert row["n"] == 0


async def test_a_form_that_was_begun_in_the_chat_goes_on_there(paged):
    nok = await paged.logged_in("นก")
    path = await opened(nok, "ผู้รับบริการใหม่ นางพิมพ์ใจ ทดลองดี")
    await nok.post(path, **filled(nok.html, email="malee@example.com"))
    await paged.service.engine.idle()
    await nok.says("หา C81554")
    assert "malee@example.com" in await nok.presses("ทำต่อ")


async def test_nobody_opens_or_fills_the_form_of_somebody_else(paged):
    nok = await paged.logged_in("นก")
    path = await opened(nok, "ผู้รับบริการใหม่ นางพิมพ์ใจ ทดลองดี")
    told = filled(nok.html, email="malee@example.com")
    may = await paged.logged_in("เมย์")
    answer = await may.open(path)
    assert answer.status_code == 410
    assert "พิมพ์ใจ" not in answer.text
    await may.post(path, **told, save="1")
    await paged.service.engine.idle()
    await nok.open(path)
    assert "malee@example.com" not in nok.html
    assert (await may.open("/forms/none")).status_code == 410


async def test_markup_in_every_field_is_text(paged):
    nok = await paged.logged_in("นก")
    path = await opened(nok, "ผู้รับบริการใหม่ นางพิมพ์ใจ ทดลองดี")
    evil = '"><script>alert(1)</script>'
    names = [name.removeprefix("field-") for name in FIELD.findall(nok.html)]
    told = filled(nok.html, **dict.fromkeys(names, evil))
    answer = await nok.post(path, **told, save="1", headers={"Accept": "text/html"})
    assert "<script>alert" not in answer.text
    await nok.open()
    assert "<script>alert" not in nok.html

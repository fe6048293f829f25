"""Mails that are pages."""

from tests.mail.corpus.making import Case, page

TABLE = (
    "<table><tr><th>ปี</th><th>ประชากร</th></tr><tr><td>2567</td><td>65,951,210</td></tr></table>"
)
OUTLOOK = (
    "<html><head><style>p.MsoNormal{margin:0}</style></head><body><p class=MsoNormal>เรียน เจ้าหน้าที่<o:p></o:p></p>"
    "<p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>ขอข้อมูลค่ะ</p></body></html>"
)

CASES = [
    Case(
        "links that say what they are",
        page(
            '<a href="tel:+66812345678">081-234-5678</a> <a href="mailto:a@x.th?subject=b">a@x.th</a> <a href="tel:191">โทร</a>'
        ),
        {"text": "081-234-5678 a@x.th โทร <tel:191>"},
    ),
    Case(
        "paragraphs and breaks",
        page("<p>หนึ่ง</p><p>สอง<br>สาม</p><div>สี่</div>"),
        {"text": "หนึ่ง\n\nสอง\nสาม\n\nสี่"},
    ),
    Case("a page of Outlook", page(OUTLOOK), {"text": "เรียน เจ้าหน้าที่\n\nขอข้อมูลค่ะ"}),
    Case(
        "scripts and styles",
        page("<style>b{}</style><script>alert('x')</script><b>ok</b><!-- no --><title>no</title>"),
        {"text": "ok"},
    ),
    Case("script that never ends", page("ok<script>alert("), {"text": "ok"}),
    Case(
        "hidden text",
        page(
            '<div style="display:none">no</div><span style="font-size:0px">no</span><p hidden>no</p>ok<p style="mso-hide:all">no'
        ),
        {"text": "ok"},
    ),
    Case(
        "links",
        page(
            '<a href="https://nso.go.th/a">ดูที่นี่</a> <a href="https://x.th">https://x.th/</a> <a href="mailto:a@x.th">a@x.th</a>'
        ),
        {"text": "ดูที่นี่ <https://nso.go.th/a> https://x.th/ a@x.th"},
    ),
    Case(
        "a link that lies",
        page('<a href="https://evil.example">https://bank.example</a>'),
        {"text": "https://bank.example <https://evil.example>"},
    ),
    Case("links that run", page('<a href="javascript:alert(1)">ok</a>'), {"text": "ok"}),
    Case(
        "tracking picture",
        page('ok<img src="https://t.example/x.gif" width=1 height=1>'),
        {"text": "ok"},
    ),
    Case(
        "picture with words", page('<img src="cid:a" alt="ตรา สสช.">ok'), {"text": "[ตรา สสช.]ok"}
    ),
    Case("table", page(TABLE), {"text": "ปี | ประชากร\n2567 | 65,951,210"}),
    Case(
        "table for its layout",
        page("<table><tr><td><p>หนึ่ง</p><p>สอง</p></td><td>สาม</td></tr></table>"),
        {"text": "หนึ่ง\n\nสอง\nสาม"},
    ),
    Case(
        "cells that nobody closed",
        page("<table><tr><td>1<td>2<tr><td>3<td>4</table>"),
        {"text": "1 | 2\n3 | 4"},
    ),
    Case(
        "lists",
        page("<ul><li>ก<li>ข</ul><ol><li>ค</li><li>ง</li></ol>"),
        {"text": "- ก\n- ข\n1. ค\n2. ง"},
    ),
    Case("preformatted", page("<pre>a  b\n  c</pre>"), contains={"text": "a  b"}),
    Case(
        "entities",
        page("a &lt; b &amp; c&nbsp;d &#3585; &#99999999999; &euro;"),
        contains={"text": "a < b & c d ก"},
    ),
    Case("tags that are none", page("1 < 2 and <3 and <"), {"text": "1 < 2 and <3 and <"}),
    Case("quote that never closes", page('<p>หนึ่ง</p><a href="x>สอง</a>'), contains={"text": "หนึ่ง"}),
    Case(
        "charset in the page",
        b"Content-Type: text/html\r\n\r\n<meta charset=windows-874><p>" + "ขอข้อมูล".encode("cp874"),
        {"text": "ขอข้อมูล"},
    ),
    Case(
        "Outlook's conditions",
        page("<!--[if mso]><p>no</p><![endif]--><![if !mso]>ok<![endif]>"),
        {"text": "ok"},
    ),
    Case(
        "quoted by Gmail",
        page(
            'ตอบ<div class="gmail_quote"><div class="gmail_attr">เมื่อ 1 ธ.ค. 2026 10:00 ก <a@x.th> เขียนว่า:<br></div>'
            '<blockquote class="gmail_quote">ถาม<br>มา</blockquote></div>'
        ),
        {"text": "ตอบ"},
        contains={"quoted": "> ถาม\n> มา"},
    ),
    Case(
        "quoted by Apple Mail",
        page(
            'ตอบ<blockquote type="cite"><div>On 1 Dec 2026, at 10:00, A &lt;a@x.th&gt; wrote:</div><br><div>ถาม</div></blockquote>'
        ),
        {"text": "ตอบ"},
        contains={"quoted": "> ถาม"},
    ),
]

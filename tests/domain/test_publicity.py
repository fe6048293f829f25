"""Links to posts in all their spellings, the words of publicity tickets, and what the networks
take.
"""

import re
from datetime import date
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.publicity.lengths import LIMITS, check_length, cut_to_fit, weighted_length
from domain.publicity.links import PostLinkKind, facebook_key, find_links, without_links
from domain.publicity.networks import Network
from domain.publicity.reading import News, details, periods_of, projects_of, result, text_key
from domain.text import graphemes
from tests.fakes.office import OFFICE

TODAY = date(2026, 11, 23)
PROJECTS = OFFICE.projects
LABOUR = "สำรวจภาวะการทำงานของประชากร"
PFBID = "pfbid02abcDEFghiJKL"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("https://www.facebook.com/nso.thailand/posts/123", "facebook:123"),
        ("http://m.facebook.com/nso.thailand/posts/123/?mibextid=abc", "facebook:123"),
        ("web.facebook.com/nso.thailand/posts/some-slug/123/", "facebook:123"),
        ("https://www.facebook.com/story.php?story_fbid=123&id=9", "facebook:123"),
        ("https://m.facebook.com/permalink.php?id=9&story_fbid=123", "facebook:123"),
        ("https://www.facebook.com/photo/?fbid=123&set=a.1", "facebook:123"),
        ("https://www.facebook.com/nso.thailand/photos/a.55/123", "facebook:123"),
        ("https://www.facebook.com/watch/?v=123", "facebook:123"),
        ("https://www.facebook.com/reel/123", "facebook:123"),
        (f"https://www.facebook.com/nso.thailand/posts/{PFBID}", f"facebook:{PFBID}"),
        ("https://www.facebook.com/share/p/1AbC2dEf/", "facebook:share/1AbC2dEf"),
        ("https://fb.watch/aBc12_/", "facebook:fb.watch/aBc12_"),
        ("https://fb.me/p/aBc12", "facebook:fb.me/p/aBc12"),
        (
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fx.com%2Fnso%2Fstatus%2F77&h=AT0",
            "twitter:77",
        ),
        (
            "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Flin.ee%2Fabc",
            "line:lin.ee/abc",
        ),
        ("https://x.com/NSO/status/77?s=20&t=x", "twitter:77"),
        ("https://mobile.twitter.com/NSO/status/77/photo/1", "twitter:77"),
        ("https://x.com/i/web/status/77", "twitter:77"),
        (
            "https://twitter.com/intent/tweet?text=%E0%B8%94%E0%B8%B9&url=https%3A%2F%2Ffb.watch%2Fzz9%2F",
            "facebook:fb.watch/zz9",
        ),
        ("https://t.co/AbC123", "twitter:t.co/AbC123"),
        ("https://lin.ee/AbC123", "line:lin.ee/AbC123"),
        ("https://linevoom.line.me/post/1170000001", "line:1170000001"),
        ("https://timeline.line.me/post/_abc/1170000001", "line:1170000001"),
        ("https://line.me/R/home/public/post?id=@nso&postId=1170000001", "line:1170000001"),
        (
            "https://social-plugins.line.me/lineit/share?url=https%3A%2F%2Fx.com%2Fa%2Fstatus%2F5",
            "twitter:5",
        ),
    ],
)
def test_every_spelling_of_a_post_means_that_post(typed: str, key: str):
    (link,) = find_links(f"ดูที่ {typed}, นะ")
    assert link.key == key
    assert link.kind is PostLinkKind.POST
    assert find_links(link.url)[0].key == key, "what is kept means the same post"


@pytest.mark.parametrize(
    "typed",
    [
        "https://netflix.com/title/1",
        "https://line.me/R/home/public/post",
        "https://line.me/R/home/public/post?id=<b>",
        "https://www.facebook.com/share/p/",
        "https://www.facebook.com/share/p/<b>/AbC123/",
        'https://www.facebook.com/groups/"><b/posts/123',
        "https://facebook.com.evil.example/nso/posts/123",
        "https://facebook.com@evil.example/nso/posts/123",
        "https://evil.example/facebook.com/nso/posts/123",
        "somchai@x.com",
        "x.com",
        "https://www.facebook.com/",
        "https://www.facebook.com/nso.thailand/posts/",
        "https://www.facebook.com/story.php?id=9",
        "https://[facebook.com/x",
        "https://www.facebook.com/events/",
    ],
)
def test_what_is_no_post_is_none(typed: str):
    assert [link for link in find_links(typed) if link.kind is not PostLinkKind.PAGE] == []


@pytest.mark.parametrize(
    "typed",
    [
        "facebook.com/nso.thailand",
        "https://x.com/NSOThailand",
        "https://line.me/R/ti/p/@nso",
        "https://line.me/ti/g2/AbCd",
        "fb.com/nso",
    ],
)
def test_a_whole_page_is_known_as_one(typed: str):
    (link,) = find_links(typed)
    assert link.kind is PostLinkKind.PAGE


def test_a_post_in_a_group_is_known_as_one():
    (link,) = find_links("https://www.facebook.com/groups/123456/posts/789/?ref=share")
    assert (link.kind, link.key) == (PostLinkKind.GROUP, "facebook:789")


def test_the_page_stands_in_the_address():
    assert find_links("https://www.facebook.com/nso.thailand/posts/123")[0].page == "nso.thailand"
    assert find_links("https://x.com/NSOThailand/status/1")[0].page == "NSOThailand"


def test_a_page_beside_a_post_is_no_second_post():
    found = find_links(
        "https://www.facebook.com/nso.thailand https://www.facebook.com/nso.thailand/posts/123"
    )
    assert [link.key for link in found] == ["facebook:123"]


def test_the_webhooks_id_means_the_same_post_as_its_address():
    assert (
        facebook_key("99_123")
        == find_links("https://www.facebook.com/nso.thailand/posts/123")[0].key
    )


def test_thai_that_touches_a_link_is_not_part_of_it():
    text = "https://fb.watch/abc/ผลสำรวจ\nบรรทัดสอง https://x.com/a/status/5"
    assert [link.key for link in find_links(text)] == ["facebook:fb.watch/abc", "twitter:5"]
    assert without_links(text) == "ผลสำรวจ\nบรรทัดสอง"


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading_of_links(text: str):
    for link in find_links(f"https://www.facebook.com/{text} x.com/{text} https://line.me/{text}"):
        assert link.url.isascii()
        assert len(link.key) < 3000


@pytest.mark.parametrize(
    ("text", "projects", "years"),
    [
        ("ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69", (LABOUR,), "2569M10"),
        ("ผลการสำรวจภาวะการทำงานของประชากร เดือนกุมภาพันธ์ พ.ศ. 2563", (LABOUR,), "2563M2"),
        ("ผลสำรวจภาวะการทำงานของประชากร ไตรมาส 3 พ.ศ. 2569", (LABOUR,), "2569Q3"),
        ("ผล สรง. ไตรมาสที่ 3 2569", (LABOUR,), "2569Q3"),
        ("เผยแพร่ 20 พ.ย. 69 ผลสำรวจภาวะการทำงานของประชากร", (LABOUR,), ""),
        ("ข่าวปีใหม่ของสำนักงาน", (), ""),
    ],
)
def test_survey_and_period_are_read_from_the_post(text: str, projects: tuple[str, ...], years: str):
    assert projects_of(PROJECTS, text) == projects
    assert periods_of(text, TODAY) == years


def test_details_and_result_are_the_manuals_own_words():
    news = News("ผลสำรวจ", (LABOUR,), "2563M2")
    words = "เผยแพร่ข่าวประชาสัมพันธ์ จากผลการสำรวจภาวะการทำงานของประชากร เดือนกุมภาพันธ์ พ.ศ. 2563 ผ่านช่องทาง Facebook"
    assert details(news, "Facebook") == words
    assert result(news, "Facebook", "https://fb.watch/a") == f"{words} https://fb.watch/a"
    assert result(news, "Line", "") == words.replace("Facebook", "Line")


def test_a_census_and_news_without_a_survey_are_worded_for_themselves():
    assert "จากผลสำมะโนการเกษตร พ.ศ. 2566 ผ่าน" in details(
        News("", ("สำมะโนการเกษตร",), "2566"), "Line"
    )
    assert details(News("วันหยุด\nรายละเอียด"), "Line").endswith("เรื่อง วันหยุด ผ่านช่องทาง Line")


def test_two_surveys_stand_side_by_side():
    news = News("", (LABOUR, "สำรวจแรงงานนอกระบบ"), "2568")
    assert "ประชากร และสำรวจแรงงานนอกระบบ พ.ศ. 2568 ผ่าน" in details(news, "Facebook")


def test_the_same_words_have_the_same_key_however_they_are_written():
    one = "ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69"
    assert (
        text_key(f"{one} https://x.com/a/status/1")
        == text_key(f"  {one.replace(' ', '  ')}\n")
        != ""
    )
    assert text_key(one) != text_key(one.replace("ต.ค.", "ก.ย."))
    assert text_key("ผลสำรวจ") == "", "too short to tell"


@pytest.mark.parametrize(
    ("network", "text", "fits"),
    [
        (Network.LINE, "ก" * 5000, True),
        (Network.LINE, "😀" * 2501, False),
        (Network.TWITTER, "ก" * 280, True),
        (Network.TWITTER, "ก" * 281, False),
        (Network.TWITTER, "ก" * 256 + " https://www.nso.go.th/" + "x" * 300, True),
        (Network.TWITTER, "😀" * 141, False),
        (Network.FACEBOOK, "ก" * 63_206, True),
    ],
)
def test_a_text_over_a_networks_limit_is_refused_with_by_how_much(
    network: Network, text: str, fits: bool
):
    if fits:
        check_length(network, text)
        return
    with pytest.raises(InvalidInput, match="post_long") as refused:
        check_length(network, text)
    assert refused.value.params["length"] > refused.value.params["limit"] == LIMITS[network][0]


ADDRESS = "https://www.nso.go.th/statistics/a/long/way/to/the/report"
PIECES = st.sampled_from(
    ["ก้ำ", "ที่", "👨‍👩‍👧‍👦", "a", " ", "\n", "nso.go.th ", f" {ADDRESS} ", "日", "🇹🇭", "คำตอบ"]
)


@given(
    st.lists(PIECES, max_size=40).map("".join),
    st.integers(1, 40),
    st.sampled_from([Network.TWITTER, Network.LINE]),
)
def test_a_text_is_cut_to_fit_between_letters_and_keeps_its_first_address(
    piece: str, times: int, network: Network
) -> None:
    text = piece * times
    limit, count = LIMITS[network]
    cut = cut_to_fit(network, text)
    assert count(cut) <= limit
    if count(text) <= limit:
        assert cut == text
        return
    head, _ellipsis, tail = cut.partition("…")
    assert text.startswith(head)
    assert "".join(graphemes(text)[: len(graphemes(head))]) == head, "no letter is torn"
    assert tail.strip() in text
    first = next(iter(re.findall(r"nso.go.th(?= )|https://[!-~]+", text)), "")
    assert first in cut
    spans = [match.span() for match in re.finditer(r"https://[!-~]+|nso.go.th", text)]
    assert not [span for span in spans if span[0] < len(head) < span[1]], (
        "half an address leads nowhere"
    )
    assert count(cut) > limit - 80, "no more than needed is lost"


def test_an_address_behind_what_fits_takes_the_place_of_words() -> None:
    text = "ก้" * 300 + f" อ่านต่อ {ADDRESS} และ nso.go.th"
    cut = cut_to_fit(Network.TWITTER, text)
    assert cut == "ก้" * 127 + f"…\n{ADDRESS}"
    assert weighted_length(cut) == 280


@pytest.mark.parametrize("unit", ["081-234-5678 ", "ต.ค. 69 ", "a ", "1 ", " ", "ก"])
def test_months_of_a_long_post_are_read_in_one_pass(unit: str) -> None:
    periods_of(unit, TODAY)  # patterns are made once
    text = (unit * LIMITS[Network.FACEBOOK][0])[: LIMITS[Network.FACEBOOK][0]]
    begun = thread_time()
    periods_of(text, TODAY)
    # A reading anew from each word took 44 seconds.
    assert thread_time() - begun < 2

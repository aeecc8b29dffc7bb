"""What is read from OK's HTML, in every layout that public readers described."""

from __future__ import annotations

import pytest

from collectors.model import Access, Author, FailureCode, Page, Presence
from collectors.ok.group import group_facts
from collectors.ok.page import PageText, parse, stated_presence, trouble
from collectors.ok.topics import entries
from collectors.ok.walls import Entry
from tests.cast import MUSEUM_OK, NOW, SCHOOL_OK

OWN = "https://ok.ru/group/70000000000101"
HEAD = f'<meta property="og:url" content="{OWN}"><title>Школа № 1 | OK.RU</title>'
DESKTOP = """
<div id="hook_Block_AltGroupHeader"><h1 class="group-name_h">Школа № 1 {mark}</h1></div>
<div id="hook_Block_AltGroupInfo">
  <div class="group-info_desc">МКОУ СОШ № 1<br>E-mail: school1@example.org {more}</div>
  <div class="group-info_lst_i __value">8 (38250) 3-55-46</div>
  <div class="group-info_lst_i">
    <a href="/dk?cmd=logExternal&st.link=https%3A%2F%2Fschool1.example.org">сайт</a></div>
  <span id="groupMembersCntEl">12&nbsp;463</span></div>
<div id="hook_Block_MiddleColumnTopCard_MenuAltGroup"><nav><a href="/x">Лента</a>
  <a href="/group/70000000000101/topics">
    Темы <span class="navMenuCount">1&nbsp;234</span></a></nav></div>
"""
MOBILE = """
<a class="emphased grp" href="/group/70000000000101">Школа № 1</a>
<div class="topic-block"><div data-url="/x?id=5"></div><span class="topic-text_content">Урок</span>
<div class="feed-info-date feed-info-subtitle_i"><time>12 ноя 10:15</time></div>
<a href="/dk?st.cmd=altGroupMediaThemeComments&st.themeId=5">далее</a></div>
"""
POST = """<div class="{shape}"><div class="feed" data-id1="{key}"><div class="feed_top">{author}
<span class="feed_date">{date}</span></div>
<div class="media-text_cnt_tx emoji-tx textWrap">Новость {key}</div></div></div>"""


def document(body: str, head: str = HEAD) -> str:
    return f"<html><head>{head}</head><body>{body}</body></html>"


def desktop(mark: str = "", more: str = "") -> str:
    return document(DESKTOP.format(mark=mark, more=more))


def post(
    key: str = "1", date: str = "12 ноя 10:15", shape: str = "feed-w", author: str = ""
) -> str:
    return POST.format(key=key, date=date, shape=shape, author=author)


def code(
    text: str, page: Page = SCHOOL_OK, url: str = "/group/70000000000101"
) -> FailureCode | None:
    shown = PageText(url, text)
    failure = trouble(parse(shown), shown, page)
    return failure.code if failure else None


def facts(text: str):  # type: ignore[no-untyped-def]
    return group_facts(parse(PageText(OWN, text)), SCHOOL_OK)


def topics(text: str) -> tuple[Entry, ...]:
    return entries(parse(PageText(OWN, text)), NOW, SCHOOL_OK)


def stated(text: str) -> Presence | None:
    return stated_presence(parse(PageText(OWN, text)))


def test_a_desktop_page_is_read() -> None:
    seen = facts(desktop())
    assert (seen.title, seen.members_count, seen.topics_count) == ("Школа № 1", 12463, 1234)
    assert seen.description == "МКОУ СОШ № 1\nE-mail: school1@example.org"
    assert seen.page_id == "70000000000101"


def test_contacts_come_from_every_block() -> None:
    contacts = facts(desktop()).contacts
    assert [phone.e164 for phone in contacts.phones] == ["+73825035546"]
    assert [mail.value for mail in contacts.emails] == ["school1@example.org"]
    assert "https://school1.example.org" in [link.url for link in contacts.links]


def test_a_cut_description_is_a_place_not_read() -> None:
    assert facts(desktop(more="и ещё…")).unread_places == ("description",)


def test_the_title_may_stand_in_meta_only() -> None:
    head = f'{HEAD}<meta property="og:title" content="Школа № 1 — Темы | OK.RU">'
    assert facts(document("", head)).title == "Школа № 1"


@pytest.mark.parametrize(
    "mark",
    [
        "<span>Госорганизация</span>",
        '<i title="Госорганизация"></i>',
        '<svg aria-label="Госорганизация"></svg>',
    ],
)
def test_the_mark_is_a_label_near_the_title(mark: str) -> None:
    seen = facts(desktop(mark=mark))
    assert (seen.government_mark, seen.title) == (True, "Школа № 1")


def test_the_mark_may_stand_beside_a_title_without_a_block() -> None:
    text = document('<h1 class="group-name_h">Школа</h1><span>Госорганизация</span>')
    assert facts(text).government_mark is True


def test_the_mark_of_a_recommended_group_is_not_ours() -> None:
    others = "<aside><div><a>Другие</a><span>Госорганизация</span></div></aside>"
    text = document(f'<h1 class="group-name_h">Школа</h1><p>а</p><p>б</p><p>в</p>{others}')
    assert facts(text).government_mark is None


def test_the_word_in_a_description_is_no_mark() -> None:
    assert facts(desktop(more="<b>Госорганизация</b>")).government_mark is None


def test_the_word_inside_a_name_is_no_mark() -> None:
    assert facts(desktop(mark="Госорганизация Кедрового")).government_mark is None


@pytest.mark.parametrize("shape", ["feed-w", "groups_post-w __search-enabled", "topic-block"])
def test_topics_are_found_in_every_layout(shape: str) -> None:
    (entry,) = topics(document(post(shape=shape)))
    assert (entry.key, entry.text) == ("1", "Новость 1")
    assert entry.moment is not None


def test_topics_are_found_as_children_of_the_feed() -> None:
    children = post("1", shape="x") + post("2", shape="y") + '<div class="loader">Ещё</div>'
    assert len(topics(document(f'<div class="feed-list">{children}</div>'))) == 2


def test_a_mobile_page_is_read() -> None:
    (entry,) = topics(document(MOBILE))
    assert (entry.key, entry.text, facts(document(MOBILE)).title) == ("5", "Урок", "Школа № 1")


def test_an_unreadable_date_keeps_its_topic() -> None:
    (entry,) = topics(document(post(date="на днях")))
    assert entry.moment is None


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("", Author.PAGE),
        ('<a href="/group/70000000000101">Школа</a>', Author.PAGE),
        ('<a href="/profile/55">Мария</a>', Author.OTHER),
        ('<a href="/group/70000000000999">Другие</a>', Author.UNTOLD),
    ],
)
def test_the_author_is_whose_link_stands_over_the_topic(author: str, expected: Author) -> None:
    assert topics(document(post(author=author)))[0].author is expected


def test_a_counter_in_thousands_is_no_counter() -> None:
    assert facts(desktop().replace("1&nbsp;234", "12K")).topics_count is None


def test_a_counter_of_something_else_is_not_the_topics() -> None:
    assert facts(desktop().replace("/topics", "/albums")).topics_count is None


# --- is it the page? ----------------------------------------------------------------------------


def test_the_group_that_was_asked_is_accepted() -> None:
    assert code(desktop()) is None


def test_a_list_of_topics_names_the_group_too() -> None:
    assert code(desktop().replace(f'content="{OWN}"', f'content="{OWN}/topics"')) is None


def test_another_group_is_unrecognised() -> None:
    assert code(desktop().replace("0101", "0999")) is FailureCode.UNRECOGNISED


def test_a_short_name_is_accepted_by_its_own_address() -> None:
    text = desktop().replace(OWN, "https://ok.ru/kedrmuseum")
    assert code(text, MUSEUM_OK, "/kedrmuseum") is None


def test_a_recommended_group_does_not_lend_its_number() -> None:
    text = desktop().replace(OWN, "https://ok.ru/kedrmuseum").replace("70000000000101", "102")
    others = '<div data-group-id="999"></div><a href="/dk?st.cmd=x&groupId=998">ещё</a>'
    seen = group_facts(parse(PageText(OWN, text + others)), MUSEUM_OK)
    assert (seen.page_id, seen.screen_name) == ("102", "kedrmuseum")


def test_a_number_among_others_only_is_no_proof() -> None:
    text = document('<h1>Что-то</h1><a href="/dk?groupId=70000000000101">x</a>', head="")
    text += '<a href="/dk?groupId=5">y</a>'
    assert code(text) is FailureCode.UNRECOGNISED


def test_a_short_name_that_names_another_is_unrecognised() -> None:
    text = desktop().replace(OWN, "https://ok.ru/other")
    assert code(text, MUSEUM_OK, "/kedrmuseum") is FailureCode.UNRECOGNISED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", FailureCode.EMPTY),
        ("<form><input name='st.password'></form>", FailureCode.LOGIN_WALL),
        ("<img src='/captcha?id=1'>", FailureCode.CAPTCHA),
        ("<p>Подтвердите, что вы не робот</p>", FailureCode.CAPTCHA),
        ("<div id=root></div><script>start()</script>", FailureCode.NEEDS_JAVASCRIPT),
        ("<h1>Новый дизайн</h1><main>всё иначе</main>", FailureCode.UNRECOGNISED),
        (
            "<meta property='og:url' content='https://ok.ru/profile/5'><h1>Мария</h1>",
            FailureCode.NOT_A_COMMUNITY,
        ),
    ],
)
def test_what_is_not_the_group_has_its_name(text: str, expected: FailureCode) -> None:
    assert code(text) is expected


def test_a_login_wall_that_knows_the_group_is_still_a_wall() -> None:
    form = "<form action='/x?st.groupId=70000000000101'><input name='st.password'></form>"
    assert code(document(form)) is FailureCode.LOGIN_WALL
    assert code(document(form, head="")) is FailureCode.LOGIN_WALL


def test_a_login_form_beside_the_group_is_no_wall() -> None:
    assert code(desktop() + "<form><input name='st.password'></form>") is None


# --- what OK says of a group ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "presence"),
    [
        ("Группа заблокирована", Presence.BANNED),
        ("Группа заблокирована за нарушение правил", Presence.BANNED),
        ("Группа удалена", Presence.DELETED),
        ("Страница не найдена", Presence.ABSENT),
        ("Доступ к группе ограничен", None),
        ("Когда группа заблокирована, пишите нам", None),
    ],
)
def test_only_a_line_of_its_own_says_that_a_group_is_gone(
    line: str, presence: Presence | None
) -> None:
    assert stated(document(f"<h1>{line}</h1>")) is presence


def test_a_description_says_nothing_of_the_group() -> None:
    assert stated(desktop(more="<p>Группа заблокирована</p>")) is None
    assert facts(desktop(more="<p>Закрытая группа</p>")).access is None


def test_a_closed_group_says_so() -> None:
    assert facts(desktop() + "<h2>Это закрытая группа</h2>").access is Access.CLOSED

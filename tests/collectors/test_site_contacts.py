"""E-mail addresses that a page hides from robots and shows to visitors, and slips of the pen."""

from __future__ import annotations

from base64 import b64encode
from codecs import encode

import pytest

from collectors.model import HintKind
from collectors.site.page import PageReading
from tests.collectors.test_contacts import calls_of
from tests.collectors.test_site_pages import page

MAIL = "school1@example.org"
PACKED = b64encode(MAIL.encode()).decode()
TURNED = MAIL[::-1]
CLOUD = bytes([7, *(byte ^ 7 for byte in MAIL.encode())]).hex()
CODES = ",".join(str(ord(sign)) for sign in MAIL)
JOOMLA_4 = (
    '<joomla-hidden-mail is-link="1" first="c2Nob29sMQ==" last="ZXhhbXBsZS5vcmc=" '
    f'text="{PACKED}">Адрес защищён от роботов</joomla-hidden-mail>'
)
JOOMLA_3 = """<span id="cloak1">Адрес электронной почты защищен от спам-ботов.</span>
<script>document.getElementById('cloak1').innerHTML = '';
var prefix = '&#109;a' + 'i&#108;' + '&#116;o'; var path = 'hr' + 'ef' + '=';
var addy1 = 'sch&#111;&#111;l1' + '&#64;';
addy1 = addy1 + '&#101;x&#97;mple' + '&#46;' + 'org';
document.getElementById('cloak1').innerHTML += '<a ' + path + '\\'' + prefix + ':' + addy1 + '\\'>'
+ addy1 + '<\\/a>';</script>"""


def mails(read: PageReading) -> list[str]:
    return [email.value for email in read.contacts.emails]


def hints(read: PageReading) -> list[str]:
    return [hint.original for hint in read.contacts.hints if hint.kind is HintKind.EMAIL]


@pytest.mark.parametrize(
    "markup",
    [
        JOOMLA_4,
        '<x-mail user="school1" domain="example.org"></x-mail>',
        JOOMLA_3,
        "<script>document.write('<a href=\"mailto:' + 'school1@' + 'example.org' + '\">')</script>",
        "<script>var u = 'school1', d = 'example.org'; document.write(u + '@' + d)</script>",
        "<script>let a='school1'; a += '&#64;'; a += 'example.org'; $('#m').html(a)</script>",
        f"<script>document.write(String.fromCharCode({CODES}))</script>",
        f"<script>m.textContent = atob('{PACKED}')</script>",
        "<script>document.write(unescape('%73chool1%40example.org'))</script>",
        f"<script>document.write('{TURNED}'.split('').reverse().join(''))</script>",
        "<script>document.write(['school1', 'example.org'].join('@'))</script>",
        "<script>document.write('school1[at]example.org'.replace('[at]', '@'))</script>",
        "<script>document.write('school1'.concat('@').concat('example.org'))</script>",
        "<script>const u = 'school1'; m.innerHTML = `${u}@example.org`</script>",
        f"<script>m.innerText = [{CODES}].map(c => String.fromCharCode(c)).join('')</script>",
        'school1<img src="/i/at.png">example.org',
        'school1<img src="/i/7.png" alt="@">example.org',
        'school1<span class="at"></span>example.org',
        r"<script>document.write('school1\x40example.org')</script>",
        "<a href=\"#\" onclick=\"location='mailto:'+'school1'+'@'+'example.org'\">почта</a>",
        "<a href=\"javascript:location='mai'+'lto:school1'+'@example.org'\">почта</a>",
        f'<span class="__cf_email__" data-cfemail="{CLOUD}">[email&#160;protected]</span>',
        f'<a href="/cdn-cgi/l/email-protection#{CLOUD}">Почта</a>',
        f'<span data-mail="{PACKED}"></span>',
        f'<span data-a="{PACKED}">показать</span>',
        f'<span data-email="{TURNED}"></span>',
        f'<span data-enc-email="{encode(MAIL, "rot13")}"></span>',
        '<a href="#" data-user="school1" data-domain="example.org">написать</a>',
        '<a href="#" data-name="school1" data-domain="example" data-tld="org">написать</a>',
        f'<a href="/contacts" title="{MAIL}">Почта</a>',
        f'<img src="/i/1.png" alt="{MAIL}">',
        f'<span style="unicode-bidi: bidi-override; direction: rtl">{TURNED}</span>',
        f'<bdo dir="rtl">{TURNED}</bdo>',
        "".join(f"&#{ord(sign)};" for sign in MAIL),
        "".join(f"&amp;#{ord(sign)};" for sign in MAIL),
        f"<svg><text>{MAIL}</text></svg>",
        f'<input type="text" readonly value="{MAIL}">',
        f'<style>.m:after {{ content: "{MAIL}" }}</style><span class="m"></span>',
        f"<noscript>{MAIL}</noscript>",
        "school1<b>@</b>example<i>.</i>org",
        "school1<!-- no -->@<!-- robots -->example.org",
        "school1 (a) example.org",
        "school1 «собака» example.org",
        "school1＠example．org",
        "school1@ example.org",
    ],
)
def test_an_address_that_a_visitor_sees_is_found(markup: str) -> None:
    assert mails(page(f"<p>E-mail: {markup}</p>")) == [MAIL]


@pytest.mark.parametrize(
    "markup",
    [
        '<span data-phone="+73825035546">Показать телефон</span>',
        '<a data-tel="8 (38250) 3-55-46" href="#">Позвонить</a>',
        '<a href="callto:83825035546">Позвонить</a>',
        '<a href="https://wa.me/73825035546">WhatsApp</a>',
        '<a href="https://api.whatsapp.com/send?phone=73825035546&amp;text=1">WhatsApp</a>',
        '<a href="viber://chat?number=%2B73825035546">Viber</a>',
        '<input readonly value="8 (38250) 3-55-46">',
        "<script>document.write('8 (38250)' + ' 3-55-46')</script>",
        "<script>$('#tel').html('Тел. +7 (38250) 3-55-46')</script>",
        '<style>.p:before { content: "8 (38250) 3-55-46" }</style><b class="p"></b>',
    ],
)
def test_a_telephone_that_a_visitor_sees_is_found(markup: str) -> None:
    shown = page(f"<p>Телефон: {markup}</p>").contacts.phones
    assert {one.e164 for one in shown} == {"+73825035546"}


@pytest.mark.parametrize(
    "markup",
    [
        "<script>document.write('<img src=//counter.example/' + '83825035546' + '>')</script>",
        "<script>ym(83825035546, 'init'); m.innerHTML = ''</script>",
        '<input type="hidden" value="8 (38250) 3-55-46">',
        '<i data-id="83825035546"></i>',
    ],
)
def test_a_number_that_nobody_sees_is_no_telephone(markup: str) -> None:
    assert page(f"<p>Школа</p>{markup}").contacts.phones == ()


@pytest.mark.parametrize(
    "markup",
    [
        "<a href=\"javascript:linkTo_UnCryptMailto('ocknvq,uejqqn3Bgzcorng0qti');\">написать</a>",
        "<script>document.write('ma' + 'ilto:' + decipher('#4@f'))</script>",
        "<script>var o = {u: 'school1', d: 'example.org'}; m.innerHTML = o.u + '@' + o.d</script>",
        '<script>window.__NUXT__ = {mail: "school1@example.org"}</script>',
        '<script type="application/json">{"mail": "school1@example.org"}</script>',
        '<p>E-mail: <img src="/i/77.png"></p>',
        "<table><tr><td>Электронная почта</td><td><img src='/i/77.png'></td></tr></table>",
        "<div>Эл. почта:</div><div><canvas id=c></canvas></div>",
        '<p><img src="/i/e-mail.png"></p>',
        '<p><img src="/i/1.png" alt="Почта школы"></p>',
        '<p>E-mail: <span id="m"></span></p><script src="/m.js"></script>',
        "<p>Почта: <x-contact ref=5></x-contact></p>",
        f'<span class="from-right">{TURNED}</span>',
        "<p>Этот адрес электронной почты защищён от спам-ботов.</p>",
        "<p>school1@example. org</p>",
        "<script>var dsn = 'https://key@errors.example/1'</script><p>school1@example. org</p>",
        "<script>var dsn = 'https://key@errors.example/1'</script>E-mail: <img src='/i/7.png'>",
        "<p>school1@example,org</p>",
        "<p>e-mail: school1.example.org</p>",
        "<p>Почта: school1 на yandex.ru</p>",
        "<p>school1 AT example DOT org</p>",
    ],
)
def test_what_may_be_an_address_is_kept_as_a_hint(markup: str) -> None:
    read = page(f"<p>Школа</p>{markup}")
    assert (mails(read), len(hints(read)) > 0) == ([], True)


@pytest.mark.parametrize(
    "markup",
    [
        "<p>E-mail: нет</p>",
        "<p>Почта России: 2 этаж</p>",
        "<form>E-mail: <input type=email placeholder='ivan@mail.ru'></form><img src=a>",
        "<img src='/logo@2x.png'><i class='icon-mail'></i>",
        "<a href='https://maps.example/@56.1,84.2,15z'>карта</a>",
        "<script>var re = /^[^@]+@[^@]+$/; $('#form').html('Ошибка');</script>",
        "<template>school1@example.org</template>",
        "<input type=hidden name=to value='school1@example.org'>",
        "<p>E-mail: <span></span></p>",
    ],
)
def test_where_a_visitor_sees_no_address_nothing_is_seen(markup: str) -> None:
    read = page(f"<p>Школа</p>{markup}")
    assert (mails(read), hints(read)) == ([], [])


def test_the_target_of_a_link_in_a_founders_passage_is_the_founders() -> None:
    markup = (
        "<p>E-mail: school1@example.org</p><p>Учредитель: Администрация города, "
        '<a href="mailto:adm@example.org">написать</a>, <a href="tel:+73825035431">звонить</a></p>'
    )
    contacts = page(markup).contacts
    assert {one.value: one.of_another for one in contacts.emails} == {
        MAIL: False,
        "adm@example.org": True,
    }
    assert [one.of_another for one in contacts.phones] == [True]


@pytest.mark.parametrize(
    "markup",
    [
        '<tr itemprop="uchredLaw"><td itemprop="mailUchred">adm@example.org</td></tr>',
        '<p>Учредитель: Администрация, <span itemprop="email">adm@example.org</span></p>',
    ],
)
def test_the_micro_markup_of_a_founder_is_the_founders(markup: str) -> None:
    own = "<p itemprop='telephone'>8 (38250) 3-55-46</p>"
    contacts = page(f"{own}<table>{markup}</table>").contacts
    assert [one.of_another for one in (*contacts.emails, *contacts.phones)] == [True, False]


@pytest.mark.parametrize(
    "piece",
    [
        "school1@example. org ",
        "<script>document.write('a'+'@'+'b.ru')</script>",
        "<span data-mail='c2Nob29sMUBleGFtcGxlLm9yZw=='></span>",
        "E-mail: <img src='mail.png'>",
        "<b>E-mail:",
        "<a href='mailto:a@b.ru'>x</a> ",
        "<a onclick=\"x='a'+'@'\">y</a>",
        "<i dir=rtl>a@b</i>",
        "<x-mail></x-mail>",
        "8️⃣",
        "&amp;#64;",
    ],
)
def test_a_page_full_of_disguises_is_read_in_proportion(piece: str) -> None:
    once, twice = (calls_of(lambda n=n: page(piece * n)) for n in (60, 120))
    assert twice <= 2.3 * once + 1000


def test_a_script_that_doubles_its_text_again_and_again_ends() -> None:
    code = "a='x@';" + "a=a+a;" * 2000 + "document.write(a+'mailto')"
    assert mails(page(f"<script>{code}</script>")) == []

"""What is answered with status 200 instead of the site: a check of the browser, a stub. No network.

Marks are those that the services leave in their own pages; phrases are of pages that Russian
hosters and site builders show. A page that has a menu or much text is the site itself, whatever
is said in it, unless its very title is such a phrase; so is one that gives telephone and e-mail
and only has a form with a captcha, or says that some part of it is not ready.
"""

from __future__ import annotations

import re

from collectors.model import FailureCode

LITTLE = 1000  # characters: more is a page of its own
FEW_LINKS = 3
CAPTCHA = re.compile(r"smartcaptcha|smart-captcha|g-recaptcha|recaptcha/api|h-captcha|turnstile")
CHECK_MARKS = re.compile(
    r"cdn-cgi/challenge|challenge-platform|cf-browser-verification|cf-chl|ddos-guard|__ddg|__qrator"
    r"|qauth\.js|variti|servicepipe|stormwall|swp_token|__js_p_|antibot",
    re.IGNORECASE,
)
CHECK = re.compile(
    r"just a moment|checking (?:if the site connection|your browser)|ddos.?guard|ddos protection"
    r"|attention required|verify(?:ing)? (?:that )?you are (?:a )?human|are you (?:a )?human"
    r"|(?:проверка|проверяем) (?:вашего |ваш )?браузера?|подтвердите,? что вы не робот"
    r"|вы не робот|я не робот|включите (?:поддержку )?javascript|enable javascript and cookies"
    r"|доступ к (?:сайту|ресурсу) (?:временно )?ограничен|qrator|защита от (?:ddos|ботов)",
    re.IGNORECASE,
)
STUB = re.compile(
    r"сайт\w* (?:временно|сейчас) (?:\w+ )?(?:недоступ|не работа|отключ|закрыт|приостановлен)"
    r"|технически\w+ работ|на техническом обслуживании"
    r"|(?:сайт|страница|ресурс)\w* (?:находится |сейчас )?(?:на|в) "
    r"(?:реконструкции|разработке|стадии разработки|обслуживании)"
    r"|(?:работа сайта|хостинг|обслуживание сайта|аккаунт|услуга) (?:временно )?"
    r"(?:приостановлен|заблокирован|отключ)"
    r"|сайт (?:отключ[её]н|заблокирован|не опубликован|ещ[её] не создан|не настроен|только создан)"
    r"|(?:account|website|site|service) (?:has been |is )?(?:suspended|disabled|unavailable)"
    r"|under (?:construction|maintenance)"
    r"|welcome to nginx|apache2? (?:\w+ )?default page|^it works!|default (?:web site|website) page"
    r"|domain default page|домен (?:ещ[её] )?не (?:привязан|прилинкован|настроен|делегирован)"
    r"|future home of|^index of /"
    r"|error establishing a database connection|(?:db|mysql|database) (?:query |connection )?error"
    r"|ошибка (?:соединения|подключения) (?:с|к) баз|internal server error|bad gateway"
    r"|service unavailable|gateway time-?out|fatal error:|parse error:|uncaught (?:error|exception)"
    r"|something went wrong|(?:ошибка|error) 50[0-4]|внутренняя ошибка|ошибка сервера",
    re.IGNORECASE | re.MULTILINE,
)
NOT_READY = re.compile(  # of the site, or of a part of it
    r"временно недоступен|скоро здесь (?:будет|появится)|coming soon", re.IGNORECASE
)
FOR_SALE = re.compile(
    r"(?:домен\w*|доменное имя|адрес сайта|domain(?: name)?)\b.{0,60}"
    r"(?:продается|продаётся|продам|выставлен|на продажу|свободен|освобожда|припаркован|parked"
    r"|(?:may be |is )?for sale|has expired|истек|истёк)"
    r"|(?:купить|приобрести|buy) (?:этот |this )?(?:домен|domain)|парковка домен|domain parking"
    r"|срок регистрации домена",
    re.IGNORECASE,
)


def gate_of(
    title: str, text: str, markup: str, links: int, *, shows_contacts: bool = False
) -> FailureCode | None:
    """What stands in the way of the site; `links` counts those to other pages of the same site."""
    is_bare = len(text) < LITTLE and links < FEW_LINKS
    is_mute = is_bare and not shows_contacts
    if (is_mute and (CAPTCHA.search(markup) or CHECK.search(text))) or CHECK.match(title):
        return FailureCode.CAPTCHA
    if is_bare and len(text) < LITTLE // 5 and CHECK_MARKS.search(markup):
        return FailureCode.CAPTCHA  # next to nothing but the script of a protecting service
    if is_for_sale(title, text, links):
        return None  # a page that says whose it is: nobody's
    if is_mute and NOT_READY.search(text):
        return FailureCode.STUB
    is_stub = STUB.search(text) if is_bare else links < FEW_LINKS and _is_stub_title(title)
    return FailureCode.STUB if is_stub else None


def _is_stub_title(title: str) -> bool:
    return bool(STUB.match(title) or NOT_READY.match(title))


def is_for_sale(title: str, text: str, links: int) -> bool:
    """A page of who sells or keeps the name: it is read, and nothing of its owner is found."""
    is_bare = len(text) < LITTLE * 3 and links < FEW_LINKS
    return bool(FOR_SALE.search(title) or (is_bare and FOR_SALE.search(text)))

"""One way to read over HTTP: named, paced, bounded, checked, and kept as evidence.

    ReadError                 an answer that says nothing about the page; `failure` names why
    ├── NoSuchNameError       the resolver says that there is no such name
    └── CertificateError      the server's certificate does not hold; `kind` says in which way

An `Answer` is a definite one: 2xx, or a 404 or 410 that says "no such page". Everything else is a
`ReadError`, whatever library raised it: `FAILURES` and `STATUSES` are the only translation.

That an answer is whole wants a proof: the length that was told, the last chunk, the end of the
packed stream, or the document's own. Without one it is a `ReadError` (CUT), or, for who asks with
`partly`, an `Answer` whose `extent` says so.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Container, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlsplit

import httpcore
import httpx
from aiolimiter import AsyncLimiter
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential_jitter,
)

from collectors.apart import HEAVY
from collectors.ends import has_end
from collectors.guard import (
    AddressError,
    Guard,
    GuardedNetwork,
    Resolver,
    check_spelling,
    check_url,
    resolve,
)
from collectors.model import Evidence, Exchange, Failure, FailureCode, Run
from collectors.roots import trust

CONNECTIONS_A_HOST = 20
MOST_HOSTS = 100  # whose connections are kept open, if they are idle
BYTES = "iso-8859-1"  # header text that stands for its bytes, one sign a byte
HOST = re.compile(r"(?:https?:)?//[^/?#]*", re.IGNORECASE)
MANY_SLASHES = re.compile(r"^((?:https?:)?//)/+", re.IGNORECASE)
ADDRESS_SIGNS = "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}"  # stay as they are, as letters do
MEDIA_TYPE = re.compile(r"[\s\"']*([\w.+-]+/[\w.+-]+)", re.ASCII)
NO_TYPE = ("unknown/unknown", "application/unknown")
MOST_COOKIES, MOST_COOKIE_SIGNS = 50, 20_000  # of a host, and in one answer
PARTS_AT_ONCE = 100  # of a body, before others get their turn
PACKED = ("gzip", "x-gzip", "deflate")
NOT_OFFERED = ("br", "zstd", "compress", "x-compress", "dcb", "dcz", "bzip2", "xz", "lzma")


class CertificateTrouble(StrEnum):
    UNKNOWN_ROOT = "unknown_root"  # self-signed, or a root that our store does not hold
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WRONG_NAME = "wrong_name"
    OTHER = "other"


class Extent(StrEnum):
    """How much of a body came."""

    WHOLE = "whole"
    UNTOLD = "untold"  # until the server closed the connection: nothing tells whether that was all
    CUT = "cut"  # it broke off before the end that was told


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The last exchange of a reading; `evidence` has every hop, the answer's own last."""

    url: str
    status: int
    headers: httpx.Headers
    body: bytes
    evidence: tuple[Evidence, ...] = ()
    extent: Extent = Extent.WHOLE

    @property
    def is_whole(self) -> bool:
        return self.extent is Extent.WHOLE


class ReadError(Exception):
    """`answer` is what came, where something came: a login wall has a page behind its 403."""

    def __init__(
        self, failure: Failure, evidence: tuple[Evidence, ...] = (), answer: Answer | None = None
    ) -> None:
        super().__init__(f"{failure.code}: {failure.detail}")
        self.failure = failure
        self.evidence = evidence
        self.answer = answer


class NoSuchNameError(ReadError):
    pass


class CertificateError(ReadError):
    kind: CertificateTrouble = CertificateTrouble.OTHER


class _TooLargeError(Exception):
    pass


class _NotOfferedError(Exception):
    """A content encoding that our request did not offer."""


class _TooManyRedirectsError(Exception):
    pass


FAILURES: tuple[tuple[type[Exception], FailureCode], ...] = (
    # The first row that fits the exception, or one that caused it, decides.
    (AddressError, FailureCode.ADDRESS_REFUSED),
    (socket.gaierror, FailureCode.DNS),
    (TimeoutError, FailureCode.TIMEOUT),
    (httpcore.TimeoutException, FailureCode.TIMEOUT),
    (ssl.SSLError, FailureCode.TLS),  # after the time-outs: a waiting handshake is one, too
    (_TooManyRedirectsError, FailureCode.REDIRECTS),
    (_TooLargeError, FailureCode.TOO_LARGE),
    (_NotOfferedError, FailureCode.MALFORMED),
    (zlib.error, FailureCode.MALFORMED),
    (httpcore.RemoteProtocolError, FailureCode.MALFORMED),
    (httpcore.LocalProtocolError, FailureCode.OUR_FAULT),
    (httpcore.NetworkError, FailureCode.CONNECTION),
    (httpcore.UnsupportedProtocol, FailureCode.ADDRESS_REFUSED),
    (httpx.InvalidURL, FailureCode.ADDRESS_REFUSED),
    (UnicodeError, FailureCode.MALFORMED),  # a name or a header that fits no encoding
    (OSError, FailureCode.CONNECTION),  # of the way there, whatever the system calls it
)
EXPECTED = tuple(kind for kind, _ in FAILURES)
BROKEN_OFF = (httpcore.RemoteProtocolError, httpcore.ReadError)  # of a body that had begun
GZIP = b"\x1f\x8b"

STATUSES: Mapping[int, FailureCode] = {
    401: FailureCode.FORBIDDEN,
    403: FailureCode.FORBIDDEN,
    407: FailureCode.FORBIDDEN,
    408: FailureCode.TIMEOUT,
    425: FailureCode.RATE_LIMITED,
    429: FailureCode.RATE_LIMITED,
    451: FailureCode.FORBIDDEN,  # how some networks refuse foreign addresses
}
"""Besides these: 2xx, 404 and 410 are answers; 5xx is the server's, the other 4xx our fault."""

CERTIFICATES: Mapping[int, CertificateTrouble] = {  # X509_V_ERR_*, openssl/x509_vfy.h
    9: CertificateTrouble.NOT_YET_VALID,
    10: CertificateTrouble.EXPIRED,
    18: CertificateTrouble.UNKNOWN_ROOT,
    19: CertificateTrouble.UNKNOWN_ROOT,
    20: CertificateTrouble.UNKNOWN_ROOT,
    21: CertificateTrouble.UNKNOWN_ROOT,
    62: CertificateTrouble.WRONG_NAME,
    64: CertificateTrouble.WRONG_NAME,
}

PARTIAL_CONTENT = 206
NO_SUCH_PAGE = (404, 410)  # the status says it, whatever its page

TRANSIENT = frozenset(
    {
        FailureCode.CONNECTION,
        FailureCode.DNS,
        FailureCode.TIMEOUT,
        FailureCode.SERVER_ERROR,
        FailureCode.RATE_LIMITED,
        FailureCode.MALFORMED,  # a body that is wrong JSON is not seen here
        FailureCode.CUT,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`total_timeout` bounds one exchange, however slowly it drips; `attempts` bounds the rest."""

    requests_per_second: float = 1.0  # a host
    max_bytes: int = 5_000_000  # of a body, unpacked
    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    total_timeout: float = 45.0
    max_redirects: int = 10
    attempts: int = 3
    first_wait: float = 1.0
    longest_wait: float = 20.0  # a server that asks for more patience gets none


class _OwnCookies(DefaultCookiePolicy):
    """A host's cookies go to the host, with or without its `www`: what one school of a
    `town.example` sets for all of it would come with every request to the others, which may then
    answer otherwise, or that the head is too long.
    """

    def set_ok_domain(self, cookie: Cookie, request: Any) -> bool:
        return _is_own(cookie, request) and super().set_ok_domain(cookie, request)

    def return_ok_domain(self, cookie: Cookie, request: Any) -> bool:
        return _is_own(cookie, request) and super().return_ok_domain(cookie, request)


def _is_own(cookie: Cookie, request: Any) -> bool:
    host = urlsplit(request.get_full_url()).hostname or ""
    named = cookie.domain.removeprefix(".")
    return not cookie.domain_specified or named in (host, host.removeprefix("www."))


def _jar() -> httpx.Cookies:
    return httpx.Cookies(CookieJar(_OwnCookies()))


@dataclass(slots=True)
class Client:
    """Reads addresses for one collector in one run. Made by `open_client`."""

    network: str
    run: Run
    limits: Limits
    http: httpx.AsyncClient  # makes requests
    transport: httpx.AsyncBaseTransport  # sends them
    cookies: httpx.Cookies = field(default_factory=_jar)  # in the bytes that came
    cookie_names: dict[str, set[str]] = field(default_factory=dict)  # by host
    paces: dict[str, AsyncLimiter] = field(default_factory=dict)

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        attempts: int | None = None,
        only: Container[str] | None = None,
        partly: bool = False,
    ) -> Answer:
        """Follows redirects, repeats what may pass. Raises ReadError, and OSError of the sink.

        `only`: content types whose bodies are read; of another one the answer has no body.
        `partly`: what came in part, and no better again, is an answer; it looks at `extent`.
        """
        address = url if params is None else str(httpx.URL(url).copy_merge_params(dict(params)))
        try:
            return await self._retrying(attempts)(self._follow, address, dict(headers or {}), only)
        except ReadError as error:
            if partly and (part := _part_of(error)):
                return part
            raise

    def _retrying(self, attempts: int | None) -> AsyncRetrying:
        patience = wait_exponential_jitter(
            multiplier=self.limits.first_wait,
            max=self.limits.longest_wait,
            jitter=self.limits.first_wait,
        )

        def wait(state: RetryCallState) -> float:
            return max(patience(state), _asked_wait(_error_of(state)))

        return AsyncRetrying(
            stop=stop_after_attempt(attempts or self.limits.attempts),
            retry=retry_if_exception(self._is_transient),
            wait=wait,
            reraise=True,
        )

    def _is_transient(self, error: BaseException) -> bool:
        return (
            isinstance(error, ReadError)
            and not isinstance(error, NoSuchNameError)
            and error.failure.code in TRANSIENT
            and _asked_wait(error) <= self.limits.longest_wait
        )

    async def _follow(
        self, url: str, headers: Mapping[str, str], only: Container[str] | None
    ) -> Answer:
        trail: tuple[Evidence, ...] = ()
        for _ in range(self.limits.max_redirects + 1):
            answer = await self._hop(url, headers, only, trail)
            target = _redirect_of(answer)
            if target is None:
                return _definite(answer)
            url, trail = target, answer.evidence
        raise read_error(_TooManyRedirectsError(url), trail)

    async def _hop(
        self,
        url: str,
        headers: Mapping[str, str],
        only: Container[str] | None,
        trail: tuple[Evidence, ...],
    ) -> Answer:
        try:
            address = check_url(url)
            if "#" in url:
                address = address.copy_with(fragment=None)
            request = self.http.build_request("GET", address, headers=headers)
            request.headers.encoding = BYTES
            self.cookies.set_cookie_header(request)
        except EXPECTED as error:
            raise read_error(error, trail) from error
        async with self._pace(request.url):
            return await self._exchange(request, only, trail)

    def _pace(self, url: httpx.URL) -> AsyncLimiter:
        host = url.host.removeprefix("www.")
        if host not in self.paces:
            self.paces[host] = AsyncLimiter(1, 1 / self.limits.requests_per_second)
        return self.paces[host]

    async def _exchange(
        self,
        request: httpx.Request,
        only: Container[str] | None,
        trail: tuple[Evidence, ...],
    ) -> Answer:
        """One request. What came before a failure is kept, too: it shows the failure."""
        body, extent = bytearray(), Extent.WHOLE
        response: httpx.Response | None = None
        problem: Exception | None = None
        try:
            async with asyncio.timeout(self.limits.total_timeout):
                response = await self._send(request)
                if only is None or content_type(response.headers) in only:
                    extent = await _read(response, body, self.limits.max_bytes)
                await response.aclose()
        except EXPECTED as error:
            problem = error
        if response is not None:
            trail = (*trail, await self._keep(request, response, bytes(body)))
        if problem is not None or response is None:
            raise read_error(problem or RuntimeError("no answer"), trail) from problem
        return Answer(
            url=str(request.url),
            status=response.status_code,
            headers=response.headers,
            body=bytes(body),
            evidence=trail,
            extent=extent,
        )

    async def _send(self, request: httpx.Request) -> httpx.Response:
        """Not by httpx's own `send`, which breaks off at a Location that it cannot parse."""
        response = await self.transport.handle_async_request(request)
        response.request = request
        if "set-cookie" in response.headers and self._takes_cookies(response):
            self.cookies.extract_cookies(response)
        return response

    def _takes_cookies(self, response: httpx.Response) -> bool:
        """All that are kept are looked through at every request, so a host has as many as in a
        browser; those of an answer that brings more are left.
        """
        told = response.headers.get_list("set-cookie")
        names = self.cookie_names.setdefault(response.request.url.host, set())
        if len(names) <= MOST_COOKIES:
            names.update(one.partition("=")[0].strip() for one in told)
        return len(names) <= MOST_COOKIES and sum(map(len, told)) <= MOST_COOKIE_SIGNS

    async def _keep(
        self, request: httpx.Request, response: httpx.Response, body: bytes
    ) -> Evidence:
        """A heavy body is searched for secrets and packed in a thread."""
        exchange = Exchange(
            network=self.network,
            method=request.method,
            url=str(request.url),
            request_headers=dict(_kept(request.headers)),
            request_body=b"",
            status=response.status_code,
            reason=_reason(response),
            headers=_kept(response.headers),
            body=body,
            fetched_at=datetime.now(UTC),
        )
        if len(body) <= HEAVY:
            return self.run.evidence.keep(exchange)
        return await asyncio.to_thread(self.run.evidence.keep, exchange)


@asynccontextmanager
async def open_client(
    network: str,
    run: Run,
    limits: Limits,
    permit: Guard,
    *,
    resolver: Resolver = resolve,
    trust: ssl.SSLContext | None = None,
) -> AsyncIterator[Client]:
    """A client of one collector in one run; `resolver` and `trust` are for other worlds (tests)."""
    transport = _GuardedTransport(GuardedNetwork(permit, resolver), trust or trust_store())
    async with httpx.AsyncClient(
        transport=transport,
        headers={
            "User-Agent": run.user_agent,
            "Accept-Encoding": "gzip",  # the one that `_read` unpacks within bounds
            "Accept-Language": "ru",
            "Accept": "*/*",
        },
        timeout=httpx.Timeout(
            limits.read_timeout, connect=limits.connect_timeout, pool=limits.total_timeout
        ),
        follow_redirects=False,
        trust_env=False,
    ) as http:
        yield Client(network, run, limits, http, transport)


def trust_store(extra_roots: Path | None = None) -> ssl.SSLContext:
    """The public roots, and those of a file (of the Russian national authority, say)."""
    context = httpx.create_ssl_context(trust_env=False)
    if extra_roots:
        trust(context, extra_roots)
    return context


class _GuardedTransport(httpx.AsyncBaseTransport):
    """httpx over httpcore pools whose network is guarded, one pool a host.

    So two sites of one server never share a checked connection; and httpcore, which looks at every
    connection of a pool at every request, does not look at those of all other hosts.
    """

    def __init__(self, network: GuardedNetwork, trust: ssl.SSLContext) -> None:
        self._network = network
        self._trust = trust
        self._pools: dict[tuple[bytes, bytes, int | None], httpcore.AsyncConnectionPool] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        pool = self._pool_of(request.url)
        given_up = self._oldest_idle()
        try:
            answer = await pool.handle_async_request(_as_httpcore(request))
        finally:
            for one in given_up:
                await one.aclose()
        response = httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Stream(answer),
            extensions=answer.extensions,
        )
        response.headers.encoding = BYTES  # httpx would guess one for all headers together
        return response

    def _pool_of(self, url: httpx.URL) -> httpcore.AsyncConnectionPool:
        """The host's own; the last asked stands last."""
        key = (url.raw_scheme, url.raw_host, url.port)
        pool = self._pools.pop(key) if key in self._pools else self._new_pool()
        self._pools[key] = pool
        return pool

    def _oldest_idle(self) -> list[httpcore.AsyncConnectionPool]:
        """Taken out at once, with nothing awaited in between: nobody else will ask them."""
        beyond = list(self._pools.items())[: max(0, len(self._pools) - MOST_HOSTS)]
        idle = [key for key, pool in beyond if _is_idle(pool)]
        return [self._pools.pop(key) for key in idle]

    def _new_pool(self) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=self._trust,
            max_connections=CONNECTIONS_A_HOST,
            keepalive_expiry=15.0,
            network_backend=self._network,
        )

    async def aclose(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()


def _is_idle(pool: httpcore.AsyncConnectionPool) -> bool:
    return all(one.is_idle() or one.is_closed() for one in pool.connections)


def _as_httpcore(request: httpx.Request) -> httpcore.Request:
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        ),
        headers=request.headers.raw,
        content=cast(httpx.AsyncByteStream, request.stream),
        extensions=request.extensions,
    )


class _Stream(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._answer.aclose()


async def _read(response: httpx.Response, body: bytearray, most: int) -> Extent:
    """Fill `body`, unpacked, with at most `most` bytes; a bomb is never unpacked beyond that."""
    try:
        unpack = _unpacker(response.headers.get("content-encoding", ""))
        is_broken = await _fill(response, body, unpack, most)
    finally:
        await response.aclose()
    is_cut = is_broken or unpack.is_open
    if (not is_cut and (unpack.has_ended or _is_framed(response))) or has_end(bytes(body)):
        return Extent.WHOLE
    return Extent.CUT if is_cut else Extent.UNTOLD


async def _fill(
    response: httpx.Response, body: bytearray, unpack: _Unpacker | _Plain, most: int
) -> bool:
    """Whether the connection broke before the end that was told.

    A body of tiny chunks comes out of one read by thousands: others get their turn in between.
    """
    parts = 0
    try:
        async for packed in response.aiter_raw():
            body += unpack(packed, most + 1 - len(body))
            parts += 1
            if not parts % PARTS_AT_ONCE:
                await asyncio.sleep(0)
            if len(body) > most:
                del body[most:]
                raise _TooLargeError(f"more than {most} bytes")
    except BROKEN_OFF:
        return True
    return False


def _is_framed(response: httpx.Response) -> bool:
    """Then the transport itself complains of a body without its end; a 206 is a part by name."""
    told = "content-length" in response.headers or "transfer-encoding" in response.headers
    return told and response.status_code != PARTIAL_CONTENT


def content_type(headers: httpx.Headers) -> str:
    """`text/html`; "" where the server says nothing that is a type. Of several the last counts."""
    told = (MEDIA_TYPE.match(part) for part in headers.get("content-type", "").split(","))
    types = [found[1].lower() for found in told if found]
    return types[-1] if types and types[-1] not in NO_TYPE else ""


class _Unpacker:
    """gzip and zlib, one member after another, never more than asked for; no junk behind them."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=47)
        self._held = b""  # the first byte of a member, perhaps
        self._is_junk = False
        self._has_begun = False

    @property
    def has_ended(self) -> bool:
        return self._inflate.eof and not self._held

    @property
    def is_open(self) -> bool:
        return self._has_begun and not self.has_ended

    def __call__(self, packed: bytes, most: int) -> bytes:
        out, waiting = b"", self._held + packed
        self._held = b""
        while waiting and len(out) < most and self._is_more(waiting):
            self._has_begun = True
            out += self._inflate.decompress(waiting, most - len(out))
            waiting = self._inflate.unused_data
        return out

    def _is_more(self, waiting: bytes) -> bool:
        """Of the stream; behind its end a new member may begin, and anything else is junk."""
        if self._is_junk or not self._inflate.eof:
            return not self._is_junk
        if waiting == GZIP[:1]:
            self._held = waiting
            return False
        self._is_junk = not waiting.startswith(GZIP)
        if not self._is_junk:
            self._inflate = zlib.decompressobj(wbits=47)
        return not self._is_junk


class _Plain:
    has_ended = is_open = False  # plain bytes tell nothing of their end

    def __call__(self, packed: bytes, most: int) -> bytes:
        return packed[:most]


def _unpacker(encoding: str) -> _Unpacker | _Plain:
    """As browsers take it: what names no packing (`none`, `utf-8`) says nothing of the bytes."""
    named = [name.strip(" \t\"'").lower() for name in encoding.split(",")]
    if any(name in NOT_OFFERED for name in named):
        raise _NotOfferedError(f"content encoding {encoding!r}")
    return _Unpacker() if any(name in PACKED for name in named) else _Plain()


def _redirect_of(answer: Answer) -> str | None:
    places = set(filter(None, answer.headers.get_list("location")))
    if answer.status not in (301, 302, 303, 307, 308) or not places:
        return None
    try:
        (location,) = (
            places  # the same twice is one; of two that differ nobody knows which is meant
        )
        check_spelling(location)
        return str(httpx.URL(answer.url).join(_in_ascii(location)))
    except (httpx.InvalidURL, ValueError, AddressError) as error:
        raise read_error(AddressError(f"redirect to {places!r}"), answer.evidence) from error


def _in_ascii(location: str) -> str:
    """The path byte for byte, whatever its encoding, as browsers ask for it; the host in UTF-8."""
    location = MANY_SLASHES.sub(r"\1", location)
    host = HOST.match(location)
    if host and host[0].endswith("/"):
        raise AddressError("no host")
    begins = host.end() if host else 0
    name = location[:begins].encode(BYTES).decode("utf-8")
    return name + quote(location[begins:].encode(BYTES), safe=ADDRESS_SIGNS)


def _reason(response: httpx.Response) -> str:
    """As it came; httpx leaves out what is not ASCII."""
    told: bytes = response.extensions.get("reason_phrase", b"")
    return told.decode("utf-8", "surrogateescape")


def _kept(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    """In UTF-8, each read by itself; what is none keeps its bytes."""
    return tuple(
        (name.decode(BYTES).lower(), value.decode("utf-8", "surrogateescape"))
        for name, value in headers.raw
    )


def _definite(answer: Answer) -> Answer:
    code = _status_failure(answer.status)
    if code is None and not answer.is_whole and answer.status not in NO_SUCH_PAGE:
        detail = f"{answer.extent}: {len(answer.body)} bytes came, and no end"
        raise ReadError(Failure(FailureCode.CUT, detail), answer.evidence, answer)
    if code is None:
        return answer
    raise ReadError(Failure(code, f"status {answer.status}"), answer.evidence, answer)


def _part_of(error: ReadError) -> Answer | None:
    is_part = error.failure.code is FailureCode.CUT and error.answer and error.answer.body
    return error.answer if is_part else None


def _status_failure(status: int) -> FailureCode | None:
    if 200 <= status < 300 or status in NO_SUCH_PAGE:
        return None
    if status >= 500:
        return FailureCode.SERVER_ERROR
    if status < 400:
        return FailureCode.MALFORMED  # a redirect to nowhere
    return STATUSES.get(status, FailureCode.OUR_FAULT)


def read_error(error: Exception, evidence: tuple[Evidence, ...] = ()) -> ReadError:
    """The exception in the words of `FailureCode`; one of no row is a fault of ours."""
    causes = tuple(_causes(error))
    for kind, code in FAILURES:
        for cause in causes:
            if isinstance(cause, kind):
                return _named(cause, Failure(code, _detail(cause)), evidence)
    return ReadError(Failure(FailureCode.OUR_FAULT, _detail(error)), evidence)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__  # httpcore's pool raises `from None`


def _detail(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _named(cause: BaseException, failure: Failure, evidence: tuple[Evidence, ...]) -> ReadError:
    if isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_NONAME:
        return NoSuchNameError(failure, evidence)
    if isinstance(cause, ssl.SSLCertVerificationError):
        kind = CERTIFICATES.get(cause.verify_code, CertificateTrouble.OTHER)
        refused = CertificateError(
            replace(failure, detail=f"{kind}: {cause.verify_message}"), evidence
        )
        refused.kind = kind
        return refused
    return ReadError(failure, evidence)


def _error_of(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _asked_wait(error: BaseException | None) -> float:
    """Seconds that the server asked us to wait (Retry-After: seconds, or a date)."""
    if not isinstance(error, ReadError) or error.answer is None:
        return 0.0
    text = error.answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):  # no date, one without a zone, one out of range
        return 0.0

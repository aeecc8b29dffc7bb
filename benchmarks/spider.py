"""A plain Scrapy spider: home page and the pages it links to, politely, as its manual shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import TextResponse


class Sites(scrapy.Spider):
    name = "sites"

    def __init__(self, urls: list[str], read: list[str], **given: Any) -> None:
        super().__init__(**given)
        self.start_urls = urls
        self.read = read

    def parse(self, response: TextResponse, **_: Any) -> Iterator[Any]:
        self.read.append(response.url)
        yield {
            "url": response.url,
            "title": response.css("title::text").get(),
            "headings": response.css("h1::text, h2::text, h3::text").getall(),
            "links": response.css("a::attr(href)").getall(),
            "length": len(" ".join(response.xpath("//body//text()").getall())),
        }
        yield from response.follow_all(css="a", callback=self.parse)


def crawl(urls: list[str], pace: float, at_once: int) -> int:
    """How many pages were read."""
    read: list[str] = []
    process = CrawlerProcess(
        {
            "ROBOTSTXT_OBEY": True,
            "DOWNLOAD_DELAY": 1 / pace,
            "RANDOMIZE_DOWNLOAD_DELAY": False,
            "CONCURRENT_REQUESTS": at_once,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "DEPTH_LIMIT": 2,
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
            "USER_AGENT": "Dozor benchmark",
        }
    )
    process.crawl(Sites, urls=urls, read=read)
    process.start()
    return len(read)

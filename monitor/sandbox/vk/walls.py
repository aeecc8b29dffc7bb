"""wall.*: the posts of a community, as `wall_wallpost_full` has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from monitor.sandbox.vk.communities import find, group
from monitor.sandbox.vk.errors import VkError
from monitor.sandbox.vk.request import Request
from monitor.sandbox.world import Community, Post, shown

FILTERS: dict[str, Callable[[Post], bool]] = {
    "all": lambda _: True,
    "owner": lambda post: post.author is None,
    "others": lambda post: post.author is not None,
    "postponed": lambda _: False,
    "suggests": lambda _: False,
    "archived": lambda _: False,
    "donut": lambda _: False,
}


def wall_get(request: Request) -> Any:
    count, offset = request.integer("count", 20), request.integer("offset", 0)
    if not 0 <= count <= 100:
        raise VkError(100, "count should be less or equal to 100")
    if request.state.wall_quota_is_over(request.token.value):
        raise VkError(29)
    community = wall_owner(request)
    wanted = FILTERS.get(request.params.get("filter") or "all")
    if wanted is None:
        raise VkError(100, "filter is invalid")
    posts = [post for post in shown(community.posts, request.state.now()) if wanted(post)]
    part = posts[offset : offset + count]
    whole: dict[str, Any] = {
        "count": len(posts),
        "items": [item(post, community) for post in part],
    }
    if request.params.get("extended") in ("1", "true"):
        whole |= {"profiles": people(part), "groups": [group(community, (), request)]}
    return whole


def wall_owner(request: Request) -> Community:
    """The community whose wall is asked for, if its wall may be read."""
    owner = request.params.get("owner_id")
    if owner is not None:
        number = request.integer("owner_id", 0)
        if number > 0:
            raise VkError(30)
        community = request.state.community(-number)
    else:
        community = find(request.state, request.params.get("domain", ""))
    if community is None:
        raise VkError(100, "owner_id is undefined")
    _refuse_wall(community)
    return community


def _refuse_wall(community: Community) -> None:
    if community.wall_error is not None:
        raise VkError(community.wall_error)
    if community.deactivated:
        raise VkError(18 if community.deactivated == "deleted" else 19)
    if community.is_closed:
        raise VkError(15, "this wall available only for community members")
    if community.wall == 0:
        raise VkError(15, "wall is disabled")


# The same under every post, so that a wall of a hundred is not a thousand little objects.
COUNTERS: dict[str, Any] = {
    "donut": {"is_donut": False},
    "comments": {"count": 0},
    "likes": {"can_like": 0, "count": 1, "user_likes": 0},
    "reposts": {"count": 0},
    "views": {"count": 10},
}
SOURCE: Mapping[str, Any] = {"type": "vk"}


def item(post: Post, community: Community) -> dict[str, Any]:
    """A post in the form of `wall_wallpost_full`."""
    owner, date = -community.id, int(post.published_at.timestamp())
    whole = original(post.id, owner, post.author or owner, date, post.text)
    whole["marked_as_ads"] = int(post.advertisement)
    whole |= COUNTERS
    if post.pinned:
        whole["is_pinned"] = 1
    if post.repost_of is not None:
        whole["copy_history"] = [original(post.id + 1000, -1, -1, date - 3600, post.repost_of)]
    return whole


def original(number: int, owner: int, author: int, date: int, text: str) -> dict[str, Any]:
    return {
        "inner_type": "wall_wallpost",
        "id": number,
        "owner_id": owner,
        "from_id": author,
        "date": date,
        "text": text,
        "post_type": "post",
        "type": "post",
        "attachments": [],
        "post_source": SOURCE,
    }


def people(posts: Iterable[Post]) -> list[dict[str, Any]]:
    numbers = sorted({post.author for post in posts if post.author is not None})
    return [{"id": number, "first_name": "Имя", "last_name": "Фамилия"} for number in numbers]


def wall_get_by_id(request: Request) -> Any:
    found = [entry for name in request.names("posts") for entry in one_post(request, name)]
    return {"items": found} if request.in_objects else found


def one_post(request: Request, name: str) -> list[dict[str, Any]]:
    owner, _, number = name.partition("_")
    community = find(request.state, owner.removeprefix("-"))
    if community is None or community.is_closed or community.deactivated:
        return []
    posts = shown(community.posts, request.state.now())
    return [item(post, community) for post in posts if str(post.id) == number]

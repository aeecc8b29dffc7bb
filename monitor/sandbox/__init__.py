"""A loopback stand-in for VK, OK and official sites: for the demo, tests and benchmarks.

Written from the platforms' documentation and VK's published schema, never from the collectors:
what they misunderstand must not be misunderstood here in the same way.
"""

from monitor.sandbox.demo import demo_nights, demo_world, write_demo_registry
from monitor.sandbox.server import Running, serve
from monitor.sandbox.world import (
    Change,
    Community,
    Fault,
    Limits,
    MaxChannel,
    MaxEvent,
    MaxMember,
    MenuItem,
    OkGroup,
    OkKey,
    Post,
    Site,
    SitePage,
    Token,
    World,
)

__all__ = [
    "Change",
    "Community",
    "Fault",
    "Limits",
    "MaxChannel",
    "MaxEvent",
    "MaxMember",
    "MenuItem",
    "OkGroup",
    "OkKey",
    "Post",
    "Running",
    "Site",
    "SitePage",
    "Token",
    "World",
    "demo_nights",
    "demo_world",
    "serve",
    "write_demo_registry",
]

"""
Where a program finds the names of a cluster: LAB_HOSTS is {"name": ["address", port]}, or for a name that stands for several pods a list of
such pairs. Other names are looked up as ever.

Python runs this file at start when its folder is on PYTHONPATH, so that a configuration with the names of a cluster can be tried unchanged.
uvloop looks names up in C and never asks the socket module, so its loop is taught the same.
"""

from __future__ import annotations

import json
import os
import socket
from typing import Any

_HOSTS = json.loads(os.environ.get("LAB_HOSTS", "{}"))
_look_up = socket.getaddrinfo


def _all_found(host: Any, port: Any) -> list[Any]:
    name = host.decode() if isinstance(host, bytes) else host
    known = _HOSTS.get(name, (host, port))
    return known if isinstance(known[0], list) else [known]


def _found(host: Any, port: Any) -> tuple[Any, Any]:
    return tuple(_all_found(host, port)[0])


def _getaddrinfo(host: Any, port: Any, *arguments: Any, **options: Any) -> Any:
    return [entry for place in _all_found(host, port) for entry in _look_up(*place, *arguments, **options)]


def _teach_uvloop() -> None:
    try:
        import uvloop  # noqa: PLC0415 - only where it is installed
    except ImportError:
        return

    class Loop(uvloop.Loop):  # type: ignore[misc] # not installed where types are checked
        async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> Any:
            return await super().getaddrinfo(*_found(host, port), **options)

        async def create_connection(self, factory: Any, host: Any = None, port: Any = None, **options: Any) -> Any:
            if options.get("ssl") and not options.get("server_hostname"):
                options["server_hostname"] = host
            return await super().create_connection(factory, *_found(host, port), **options)

    uvloop.Loop = Loop
    uvloop.new_event_loop = Loop


if _HOSTS:
    socket.getaddrinfo = _getaddrinfo
    _teach_uvloop()

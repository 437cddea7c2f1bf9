"""
Which engine pod gets a call: the one that has read the prompt's beginning before, else the one with the least to do.

A Service spreads connections, and connections live on: calls would go where the first ones went. So the pods behind a deployment are
looked up (a headless Service names those that are ready), and each call is sent to one of them:

    load     the pod with the fewest calls of this process in flight
    prefix   pods in the order of their rendezvous hash with the prompt's beginning, the first that has less than its part of the load:
             ceil(1.25 x (calls in flight + 1) / pods)    consistent hashing with bounded loads (Mirrokni et al., arXiv 1608.01350)

A pod that failed is left out for as long as a pool rests. Where no pod is known the Service's own address serves.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import os
import socket
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from litellm.integrations.custom_logger import CustomLogger

POLICY = "/etc/litellm/policy.json"
LOOK_UP_S = 5.0  # how old a list of pods may be: as long as the cluster's DNS keeps an answer (CoreDNS' ttl for the cluster's zone)
BOUND = 1.25  # the load that a pod may have over the mean; judgement: the paper's 1 + epsilon, with a small epsilon
PREFIX_CHARACTERS = 1024  # some 256 tokens, 16 of the engine's blocks: less is no prefix worth going for; judgement
CALL = "servewright_call"
SERVER_FAULT = 500
TIMED_OUT = (408,)  # what LiteLLM makes of its own time-outs: a pod that hangs
FORGOTTEN_S = 900.0  # a call of which no end was told, since its client hung up; judgement


class Group:
    """
    The pods behind one deployment, with the calls of this process that are in flight.
    """

    def __init__(self, *, pods: str, port: int, by: str, rest_s: float) -> None:
        self.host, self.port, self.by, self.rest_s = pods, port, by, rest_s
        self.addresses: tuple[str, ...] = ()
        self.looked_up = -math.inf
        self.look_up: asyncio.Task[None] | None = None
        self.calls: dict[str, tuple[str, float]] = {}
        self.resting: dict[str, float] = {}

    async def pods(self, now: float) -> tuple[str, ...]:
        """
        Return address and port of the pods that are ready and do not rest, the last known ones where the look-up fails.
        """
        if self.look_up is None or now - self.looked_up > LOOK_UP_S:
            self.looked_up = now
            self.look_up = asyncio.create_task(self._look_up())
        if not self.addresses:  # the first calls wait for the first answer; later ones take what is known
            await asyncio.shield(self.look_up)
        awake = tuple(each for each in self.addresses if self.resting.get(each, 0.0) <= now)
        return awake or self.addresses

    def choose(self, pods: tuple[str, ...], beginning: str, now: float) -> str:
        """
        Return the one of *pods* that gets a prompt with this *beginning*.
        """
        self.calls = {call: (pod, since) for call, (pod, since) in self.calls.items() if now - since < FORGOTTEN_S}
        load = dict.fromkeys(pods, 0)
        for pod, _ in self.calls.values():
            if pod in load:
                load[pod] += 1
        ranked = sorted(pods, key=lambda pod: hashlib.sha256(f"{pod} {beginning}".encode()).digest())
        if self.by == "prefix":
            most = math.ceil(BOUND * (sum(load.values()) + 1) / len(pods))
            return next(pod for pod in ranked if load[pod] < most)
        return min(ranked, key=load.__getitem__)

    async def _look_up(self) -> None:
        try:
            found = await asyncio.to_thread(socket.getaddrinfo, self.host, self.port, type=socket.SOCK_STREAM)
        except OSError:
            return  # names come and go with the pods: until one is known the Service's address is the way
        self.addresses = tuple(sorted({_location(*entry[4][:2]) for entry in found}))


class Endpoints(CustomLogger):  # type: ignore[misc] # litellm is not there where types are checked
    """
    Sends each call to a pod of its deployment.
    """

    def __init__(self, groups: list[dict[str, Any]]) -> None:
        super().__init__()
        self.groups = {each["api_base"]: Group(**{key: value for key, value in each.items() if key != "api_base"}) for each in groups}

    async def async_pre_call_deployment_hook(self, kwargs: dict[str, Any], call_type: object) -> dict[str, Any] | None:
        """
        Return *kwargs* with the address of a pod in the place of its Service's.
        """
        del call_type
        api_base, call = str(kwargs.get("api_base")), _call(kwargs, made=True)
        group = self.groups.get(api_base)
        now = time.monotonic()
        pods = () if group is None else await group.pods(now)
        if group is None or not pods:
            return None
        self._ended(call)
        pod = group.choose(pods, beginning_of(kwargs), now)
        group.calls[call] = (pod, now)
        # The router hands over a client that is bound to the Service; without it LiteLLM takes (and keeps) one for the pod.
        unbound = {key: value for key, value in kwargs.items() if key != "client"}
        return {**unbound, "api_base": urlsplit(api_base)._replace(netloc=pod).geturl()}

    async def async_post_call_failure_deployment_hook(
        self, request_data: dict[str, Any], exception: Exception, call_type: object, fallback_depth: int | None = None
    ) -> None:
        """
        Let the pod rest that could not be reached or broke: a request that is wrong by itself says nothing about it.
        """
        del call_type, fallback_depth
        call = _call(request_data)
        status = getattr(exception, "status_code", None)
        for group in self.groups.values():
            if call in group.calls and (status is None or int(status) in TIMED_OUT or int(status) >= SERVER_FAULT):
                group.resting[group.calls[call][0]] = time.monotonic() + group.rest_s
        self._ended(call)

    async def async_log_success_event(self, kwargs: dict[str, Any], response_obj: object, start_time: object, end_time: object) -> None:
        """
        Take the call off its pod: the answer is whole, or came from the cache.
        """
        del response_obj, start_time, end_time
        self._ended(_call(kwargs))

    async def async_log_failure_event(self, kwargs: dict[str, Any], response_obj: object, start_time: object, end_time: object) -> None:
        """
        Take the call off its pod.
        """
        del response_obj, start_time, end_time
        self._ended(_call(kwargs))

    def _ended(self, call: str) -> None:
        for group in self.groups.values():
            group.calls.pop(call, None)


def _call(kwargs: dict[str, Any], *, made: bool = False) -> str:
    """
    Return our own name of the call that *kwargs* belong to, given to it where it is *made*: LiteLLM's is the client's to choose.
    """
    places = [kwargs.get(key) for key in ("metadata", "litellm_metadata")]
    places.append((kwargs.get("litellm_params") or {}).get("metadata"))
    known = [place for place in places if isinstance(place, dict)]
    found = next((place[CALL] for place in known if CALL in place), None)
    if found is None and made and known:
        found = known[0][CALL] = uuid.uuid4().hex
    return str(found or kwargs.get("litellm_call_id"))


def beginning_of(kwargs: dict[str, Any]) -> str:
    """
    Return what a request begins with, as far as it decides.
    """
    asked = kwargs.get("messages") or kwargs.get("prompt") or kwargs.get("input") or ""
    return json.dumps([kwargs.get("model"), asked], default=str)[:PREFIX_CHARACTERS]


def _location(address: object, port: object) -> str:
    return f"[{address}]:{port}" if ":" in str(address) else f"{address}:{port}"


def _groups() -> list[dict[str, Any]]:
    policy = json.loads(Path(os.environ.get("SERVEWRIGHT_POLICY", POLICY)).read_text(encoding="utf-8"))
    groups: list[dict[str, Any]] = policy.get("endpoints", [])
    return groups


endpoints = Endpoints(_groups())

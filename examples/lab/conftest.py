"""The lab as a program that is being served, on ports that were free."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest

from examples.conftest import Answer, end, http, python, read_until
from examples.lab.addresses import Addresses

PAGE_LINE = re.compile(r"http://localhost:(\d+)/")
API_LINE = re.compile(r"http://localhost:(\d+)$")
ANY_PORTS = ("--api-port", "0", "--page-port", "0")


@dataclass(frozen=True)
class Lab:
    """A lab that is being served."""

    addresses: Addresses

    def page(self, host: str) -> Answer:
        return http(self.addresses.page_port, "GET", "/", {"Host": host})

    def control(self, name: str, page: str, **query: str) -> Answer:
        path = f"/lab/{name}?{urlencode(query)}"
        return http(self.addresses.api_port, "GET", path, {"Origin": page})


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    process = python("-m", "examples.lab", *ANY_PORTS)
    try:
        page_port = int(read_until(process, PAGE_LINE)[0][1])
        api_port = int(read_until(process, API_LINE)[0][1])
        yield Lab(Addresses(api_port, page_port))
    finally:
        end(process)

"""The page's server over real HTTP: what it gives, what it refuses and in which words."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from livecoach.monitor import serve
from livecoach.wire.topics import write
from tests.monitor.runners import FakeRunner
from tests.monitor.site import SAY, frames, site, stream


async def test_the_page_and_its_files_carry_a_policy_that_runs_nothing_else() -> None:
    async with site() as s:
        for path in ("/", "/page/main.js", "/page/style.css", "/page/icon.svg"):
            answer = await s.ask("GET", path)
            assert answer.status == 200
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["nothing.js", "..%2fserver.py", "__init__.py", "..\\x"])
async def test_no_other_file_can_be_had(name: str) -> None:
    async with site() as s:
        assert (await s.ask("GET", f"/page/{name}")).status == 404


def test_the_page_needs_nothing_from_elsewhere_and_never_writes_html() -> None:
    page = Path(serve.__file__).parent / "page"
    scripts = "".join(p.read_text() for p in page.glob("*.js"))
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "http:",
    ):
        assert word not in scripts.replace("http://www.w3.org/2000/svg", ""), word
    for file in page.glob("*.html"):
        assert "http" not in file.read_text()
        assert "style=" not in file.read_text()


async def test_a_stranger_s_name_for_this_machine_is_not_served() -> None:
    async with site() as s:
        for host in ("evil.example", "evil.example:8765", "127.0.0.1.evil.example", ""):
            answer = await s.ask("GET", "/api/session", host=host)
            assert answer.status in {400, 421}
            assert "csrf" not in answer.text


async def test_a_stream_begins_with_everything_and_goes_on_with_what_changed() -> None:
    async with site() as s:
        ada = FakeRunner("ada")
        now_s = asyncio.get_running_loop().time()
        s.fleet.take(ada.topic("live"), write(ada.live(1.0)), now_s)
        answer = asyncio.create_task(frames(s.port, "/events", 3))
        first, *later = await answer
        assert first["full"]
        assert first["runners"][0]["runner"] == "ada"
        assert not any(frame.get("full") for frame in later)
        alone = await frames(s.port, "/events?group=club&runner=ada", 1)
        assert "step_rate_spm" in alone[0]["detail"]["charts"]
        nobody = await frames(s.port, "/events?group=club&runner=nobody", 1)
        assert "runners" not in nobody[0]


async def test_a_stream_is_never_kept_and_says_when_to_come_back() -> None:
    async with site() as s:
        async with stream(s.port, "/events") as reader:
            head = (await reader.readuntil(b"data: ")).decode().lower()
        assert "cache-control: no-store" in head
        assert "text/event-stream" in head
        assert "retry: 1000" in head


async def test_a_slow_page_holds_up_nobody_and_no_memory() -> None:
    """One page reads nothing for a while, another gets every frame meanwhile."""
    async with site() as s:
        runners = [FakeRunner(f"r{k}") for k in range(300)]
        async with stream(s.port, "/events"):
            quick = asyncio.create_task(frames(s.port, "/events", 8))
            for k in range(8):
                now_s = asyncio.get_running_loop().time()
                for runner in runners:
                    s.fleet.take(runner.topic("live"), write(runner.live(float(k))), now_s)
                await asyncio.sleep(0.25)
            assert len(await quick) == 8


async def test_a_good_wish_goes_out_and_is_shown_with_its_answer() -> None:
    async with site() as s:
        answer = await s.wish(SAY)
        assert answer.status == 202
        assert s.sent[0][0] == "livecoach/v1/club/ada/cmd/say"
        ident = json.loads(answer.text)["id"]
        ack = {"v": 1, "sid": "s", "seq": 1, "id": ident, "command": "say", "epoch_s": 1.0}
        raw = json.dumps(ack | {"state": "refused", "reason": "no consent"}).encode()
        s.fleet.take("livecoach/v1/club/ada/ack", raw, 1.0)
        (frame,) = await frames(s.port, "/events", 1)
        assert frame["orders"][0]["answers"][0]["reason"] == "no consent"


@pytest.mark.parametrize(
    ("wish", "status", "words"),
    [
        (SAY | {"text": "x" * 500}, 422, "at most 140"),
        (SAY | {"command": "target", "target_spm": 500}, 422, "outside 120 to 220"),
        (SAY | {"volume": 11}, 400, "unknown field"),
        (b"{", 400, "not JSON"),
        (b"[" * 4000, 400, "not JSON"),
        (b" " * 10_000, 400, "not JSON"),
        ([SAY], 400, "object"),
    ],
)
async def test_a_bad_wish_is_refused_in_words_and_not_sent(
    wish: Any,  # noqa: ANN401
    status: int,
    words: str,
) -> None:
    async with site() as s:
        answer = await s.wish(wish)
        assert answer.status == status
        assert words in json.loads(answer.text)["reason"]
        assert s.sent == []


async def test_a_wish_that_the_broker_does_not_take_is_not_called_sent() -> None:
    async with site() as s:
        s.broken = "the broker cannot be reached now"
        answer = await s.wish(SAY)
        assert answer.status == 503
        assert "cannot be reached" in answer.text
        assert s.fleet.orders.about() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"x_csrf_token": "0" * 64},
        {"x_csrf_token": ""},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
async def test_what_another_site_sends_is_refused(headers: dict[str, str]) -> None:
    async with site() as s:
        answer = await s.wish(SAY, **headers)
        assert answer.status == 403
        assert s.sent == []


async def test_too_many_wishes_at_once_are_refused() -> None:
    async with site() as s:
        token = await s.token()
        statuses = [(await s.wish(SAY, x_csrf_token=token)).status for _ in range(25)]
        assert statuses.count(429) >= 4
        assert statuses[:20] == [202] * 20

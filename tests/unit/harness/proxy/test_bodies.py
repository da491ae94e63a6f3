"""Bodies are read as Go's decoder reads them."""

import json
from typing import Any

import pytest

from harness.proxy import toxics  # noqa: F401 - registers them
from harness.proxy.bodies import ToxicRequest, attributes, parse, proxy_change, proxy_request, proxy_requests, toxic_change
from harness.proxy.errors import BadRequestBody, InvalidStream, InvalidToxicType, MissingField
from harness.proxy.request import ProxyChange, ProxyRequest
from harness.proxy.toxics.latency import Latency


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "EOF"),
        (b" \n", "EOF"),
        (b"{", "unexpected EOF"),
        (b'{"a"', "unexpected EOF"),
        (b'{"a":', "unexpected EOF"),
        (b'{"a": tru', "unexpected EOF"),
        (b'{"a": "b', "unexpected EOF"),
        (b"[1,", "unexpected EOF"),
        (b"x", "invalid character 'x'"),
        (b"{'a': 1}", 'invalid character "\'"'),
        (b"{} {", None),
        (b"NaN", "invalid character 'N'"),
        (b"-Infinity", "invalid character"),
        (b"[" * 100_000, "recursion"),
        (b"1" * 5000, "limit"),
    ],
)
def test_what_is_no_json_is_refused_in_the_words_of_go(raw: bytes, message: str | None) -> None:
    if message is None:
        assert parse(raw) == {}
        return
    with pytest.raises(BadRequestBody) as refused:
        parse(raw)
    assert str(refused.value).startswith("bad request body: ")
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [[], "text", 1, True, {"name": 1}, {"name": "a", "upstream": {}}, {"enabled": "yes"}, {"enabled": 1}, {"listen": False}],
)
def test_a_proxy_of_wrong_types_is_refused_before_anything_is_missed(content: Any) -> None:
    with pytest.raises(BadRequestBody, match="cannot unmarshal"):
        proxy_request(json.dumps(content).encode())


@pytest.mark.parametrize(
    ("content", "missing"),
    [
        ({}, "name"),
        (None, "name"),
        ({"name": "", "upstream": "u"}, "name"),
        ({"name": None}, "name"),
        ({"name": "n"}, "upstream"),
    ],
)
def test_the_name_is_missed_first(content: Any, missing: str) -> None:
    with pytest.raises(MissingField, match=f"^missing required field: {missing}$"):
        proxy_request(json.dumps(content).encode())


def test_a_proxy_is_enabled_unless_it_says_otherwise_and_names_match_in_any_case() -> None:
    assert proxy_request(b'{"Name": "n", "UPSTREAM": "u:1", "other": [1]}') == ProxyRequest("n", "", "u:1", enabled=True)
    assert proxy_request(b'{"name": "n", "upstream": "u:1", "listen": "l:2", "enabled": false}').enabled is False
    assert proxy_request(b'{"name": "n", "upstream": "u:1", "enabled": null}').enabled


def test_populating_counts_from_one() -> None:
    assert proxy_requests(b"[]") == proxy_requests(b"null") == []
    with pytest.raises(MissingField, match=r"^missing required field: name at proxy 2$"):
        proxy_requests(b'[{"name": "a", "upstream": "u"}, {"upstream": "u"}]')
    with pytest.raises(MissingField, match=r"^missing required field: upstream at proxy 1$"):
        proxy_requests(b'[{"name": "a"}]')
    for raw in (b"{}", b"[1]"):
        with pytest.raises(BadRequestBody):
            proxy_requests(raw)


def test_a_change_knows_what_was_not_given() -> None:
    assert proxy_change(b"{}") == ProxyChange(None, None, None)
    assert proxy_change(b'{"name": 5, "enabled": false}') == ProxyChange(None, None, enabled=False)


def test_a_toxic_has_defaults() -> None:
    wanted = ToxicRequest(b'{"type": "latency", "name": ""}')
    assert (wanted.name, wanted.stream, wanted.toxicity, wanted.toxic) == ("latency_downstream", "downstream", 1, Latency())


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({"attributes": [], "stream": "sideways"}, BadRequestBody),
        ({"toxicity": "1", "stream": "sideways"}, BadRequestBody),
        ({"stream": "sideways", "type": "unknown"}, InvalidStream),
        ({"stream": ""}, InvalidStream),
        ({"type": "unknown", "toxicity": 7}, InvalidToxicType),
        ({}, InvalidToxicType),
        ({"type": "Latency"}, InvalidToxicType),
    ],
)
def test_what_is_wrong_with_a_toxic_is_told_in_this_order(content: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        ToxicRequest(json.dumps(content).encode())


@pytest.mark.parametrize("value", ["100", 100.5, 1e3, True, [], 2**63, -(2**63) - 1])
def test_attributes_are_whole_numbers_of_64_bits(value: Any) -> None:
    with pytest.raises(BadRequestBody, match="latency"):
        _ = ToxicRequest(json.dumps({"type": "latency", "attributes": {"latency": value}}).encode()).toxic


@pytest.mark.parametrize("value", [-0.1, 1.1, 100, 1e400])
def test_a_toxicity_that_is_no_share_is_refused(value: float) -> None:
    raw = f'{{"type": "noop", "toxicity": {"1e400" if value > 1e300 else value}}}'.encode()
    with pytest.raises(BadRequestBody, match="toxicity must be between 0 and 1"):
        _ = ToxicRequest(raw).toxicity


def test_attributes_merge_and_only_they_and_the_toxicity_change() -> None:
    raw = b'{"attributes": {"jitter": 5}, "name": "other", "stream": "upstream", "type": "noop"}'
    assert toxic_change(raw, Latency(100, 1), 0.5) == (Latency(100, 5), 0.5)
    assert toxic_change(b'{"toxicity": 1}', Latency(100, 1), 0.5) == (Latency(100, 1), 1)
    assert attributes(Latency(100, 1)) == {"latency": 100, "jitter": 1}


def test_half_a_character_becomes_the_sign_for_one() -> None:
    assert proxy_request(b'{"name": "a\\ud800", "upstream": "u"}').name == "a\N{REPLACEMENT CHARACTER}"
    assert proxy_request(b'{"name": "\\ud83d\\ude00", "upstream": "u"}').name == "\N{GRINNING FACE}"
    assert proxy_request(b'{"name": "\xff", "upstream": "u"}').name == "\N{REPLACEMENT CHARACTER}"

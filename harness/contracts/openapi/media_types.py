"""Media types as they are matched: case, spaces and the charset that JSON always has make no difference, a version does.

Source: RFC 9110, 8.3.1 (parameters) and 12.5.1 (ranges).
"""

from collections.abc import Iterator, Mapping
from typing import Any


def normal(media_type: str) -> str:
    """`application/json`, also for `Application/JSON; charset=UTF-8`."""
    essence, *parameters = (part.strip() for part in media_type.split(";"))
    kept = sorted(_parameter(each) for each in parameters if each)
    return ";".join([essence.lower(), *(each for each in kept if each != "charset=utf-8")])


def covers(wide: str, narrow: str) -> bool:
    """Whether a media type, or a range such as `application/*`, takes everything that another takes."""
    if wide in ("*/*", narrow):
        return True
    return wide.endswith("/*") and narrow.partition(";")[0].startswith(wide[:-1])


def matched(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """(name, old, new) for each media type of old content; new is None where it is gone."""
    by_name = {normal(name): content for name, content in new.items()}
    for name, content in old.items():
        wanted = normal(name)
        takes = next((each for each in (wanted, *by_name) if each in by_name and covers(each, wanted)), None)
        yield wanted, content, None if takes is None else by_name[takes]


def _parameter(text: str) -> str:
    name, _, value = text.partition("=")
    return f"{name.strip().lower()}={value.strip().strip(chr(34)).lower()}"

"""Changes of what was read: ETag on the answer, If-Match on the request, 412 when it is another by then (RFC 9110, 13.1.1).

It is optional: without If-Match a change is made whatever it meets.
"""

import re
from typing import Annotated

from fastapi import Depends, Header
from pydantic import StringConstraints
from pydantic.json_schema import SkipJsonSchema

_TAG = r'(W/)?"[\x21\x23-\x7e]*"'
TAGS = rf"^(\*|{_TAG}([ \t]*,[ \t]*{_TAG}){{0,19}})$"
_STRONG = re.compile(r'(W/)?"([\x21\x23-\x7e]*)"')
NO_TAG = ""
"""What nothing has."""
ETAG = {"ETag": {"description": "Of what is answered; send it as If-Match.", "required": True, "schema": {"type": "string"}}}
"""How OpenAPI describes that header."""


async def tags_of(
    if_match: Annotated[
        Annotated[str, StringConstraints(max_length=1000, pattern=TAGS)] | SkipJsonSchema[None],
        Header(
            alias="If-Match",
            description="The ETag that was read: 412 if it is another by now. Left out, or `*`: whatever it is.",
        ),
    ] = None,
) -> tuple[str, ...]:
    """The tags of which what is changed must have one; none: whatever it is. Weak ones are nobody's."""
    if if_match is None or if_match == "*":
        return ()
    return tuple(value[:64] if not weak else NO_TAG for weak, value in _STRONG.findall(if_match))


IfMatch = Annotated[tuple[str, ...], Depends(tags_of)]
"""A parameter of this type is what the request expects to change."""


def tagged(tag: object) -> dict[str, str]:
    """The header that says which state is answered."""
    return {"etag": f'"{tag}"'}

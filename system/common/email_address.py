"""The one rule for e-mail addresses. Accepted is an address that a mail can be written to and whose header parses back to it.

That is ASCII: local part @ a domain of two labels or more (RFC 5321, without quoted local parts and address literals), and no
`=?` in the local part: mail programs read it as the beginning of an encoded word (RFC 2047), which stands for another address.
The standard library only: every service's rules use it, and the gateway's schema shows its patterns.
"""

import re
from typing import Final

LONGEST: Final = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
LONGEST_LOCAL_PART: Final = 64
_BEHIND_EQUALS = r"[A-Za-z0-9!#$%&'*+/^_`{|}~-]"
_BUT_EQUALS = r"[A-Za-z0-9!#$%&'*+/?^_`{|}~-]"
_ATOM = rf"(?:(?:{_BUT_EQUALS}|=+{_BEHIND_EQUALS})+=*|=+)"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
PATTERN: Final = rf"^{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+$"
LOCAL_PART_PATTERN: Final = rf"^[^@]{{1,{LONGEST_LOCAL_PART}}}@"
"""Regular expressions without lookaround, so that any JSON Schema validator knows them; an address matches both."""
_PATTERN, _LOCAL_PART = re.compile(PATTERN.removesuffix("$")), re.compile(LOCAL_PART_PATTERN)


def is_email(text: str) -> bool:
    """Whether a mail can be written to this address, in either case of letters."""
    return len(text) <= LONGEST and bool(_LOCAL_PART.match(text)) and bool(_PATTERN.fullmatch(text))

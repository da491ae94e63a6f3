"""Tokens that must not be accepted for somebody who has a valid one, made of that one.

After RFC 8725 (JSON Web Token best current practices): `none`, another algorithm, another key, another issuer or audience, keys
that the token itself brings along, a payload changed under the old signature, expired tokens, and the refresh token.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

import jwt

OTHER_KEY = "not-the-key-of-this-system-but-long-enough-for-any-hmac-of-sha-512-to-be-computed"
LONG_AGO, FAR_OFF = 946_684_800, 4_102_444_800
"""Seconds since the epoch: the years 2000 and 2100."""


def forged(token: str, signing_key: str = "") -> dict[str, str]:
    """Forgeries by what is wrong with them. With the `signing_key` also those that only their claims give away.

    Raises jwt.DecodeError when `token` is no JWT.
    """
    header, claims = jwt.get_unverified_header(token), _claims(token)
    signature = token.rsplit(".", 1)[1]
    algorithm = str(header.get("alg", "HS256"))
    found = {
        "alg none": f"{_part({**header, 'alg': 'none'})}.{_part(claims)}.",
        "alg None, old signature": f"{_part({**header, 'alg': 'None'})}.{_part(claims)}.{signature}",
        "signature left out": f"{_part(header)}.{_part(claims)}.",
        "another key": jwt.encode(claims, OTHER_KEY, "HS256"),
        "another issuer with its own key": jwt.encode({**claims, "iss": "https://issuer.example"}, OTHER_KEY, "HS256"),
        "another algorithm and key": jwt.encode(claims, OTHER_KEY, "HS512"),
        "a key of its own in the header": jwt.encode(claims, OTHER_KEY, "HS256", {"jwk": {"kty": "oct", "k": _raw(OTHER_KEY)}}),
        "an empty file as the key": f"{_part({**header, 'kid': '../../../../dev/null'})}.{_part(claims)}.{signature}",
        "claims changed under the old signature": f"{_part(header)}.{_part({**claims, 'exp': FAR_OFF})}.{signature}",
    }
    if signing_key:
        other = "HS512" if algorithm != "HS512" else "HS384"
        found |= {
            "another algorithm with the key": jwt.encode(claims, signing_key, other),
            "another issuer with the key": jwt.encode({**claims, "iss": "https://issuer.example"}, signing_key, algorithm),
            "another audience with the key": jwt.encode({**claims, "aud": "somebody-else"}, signing_key, algorithm),
            "expired": jwt.encode({**claims, "exp": LONG_AGO}, signing_key, algorithm),
            "never expires": jwt.encode(_without(claims, "exp"), signing_key, algorithm),
            "without an issuer": jwt.encode(_without(claims, "iss"), signing_key, algorithm),
        }
    return found


def _claims(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


def _without(claims: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in claims.items() if key != name}


def _part(content: Mapping[str, Any]) -> str:
    return _raw(json.dumps(content, separators=(",", ":")))


def _raw(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

"""The types fields are made of. Strict: no type is turned into another, no field is free of a limit.

Text is refused when it holds control characters (a NUL above all), so that nothing downstream has to think of them.
The patterns are exact: what matches is accepted by the services behind, too.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from system.common.email_address import LOCAL_PART_PATTERN, LONGEST, LONGEST_LOCAL_PART, PATTERN

PRICE_MAX = 100_000_000_000
"""Minor units; 50 lines of 1000 at this price still fit 64 bits."""
STOCK_MAX = 1_000_000_000
QUANTITY_MAX = 1000
LINES_MAX = 50
IMAGES_MAX = 10

LINE_OF_TEXT = r"^[^\x00-\x1f\x7f-\x9f]*$"
PROSE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
_VISIBLE = r"[^\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"  # neither control nor white space
NOT_BLANK = rf"^[^\x00-\x1f\x7f-\x9f]*{_VISIBLE}[^\x00-\x1f\x7f-\x9f]*$"
UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.0+)?", re.ASCII)


def _whole(value: Any) -> Any:
    """JSON has one kind of number, and 2.0 is an integer (JSON Schema 2020-12, section 4.2.3)."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _written(value: Any) -> Any:
    """The text of a query as the number that it is written as in JSON; Python reads more, e.g. 1_0 and \u0661."""
    if isinstance(value, str) and _NUMBER.fullmatch(value) is None:
        raise PydanticCustomError("int_parsing", "Input should be a whole number in digits")
    return value


def _local_part_fits(email: str) -> str:
    if email.index("@") > LONGEST_LOCAL_PART:
        raise ValueError(f"at most {LONGEST_LOCAL_PART} characters may stand before the @")
    return email


WHOLE = BeforeValidator(_whole)
"""On an integer of a body, behind its limits: it may come in any notation JSON has for it."""
WRITTEN = BeforeValidator(_written)
"""On an integer of a query, which comes as text."""
Id = Annotated[
    str,
    StringConstraints(min_length=36, max_length=36, pattern=UUID),
    Field(json_schema_extra={"format": "uuid"}, description="UUID, lower case."),
]
Email = Annotated[
    str,
    StringConstraints(min_length=5, max_length=LONGEST, pattern=PATTERN),
    AfterValidator(_local_part_fits),
    Field(
        description="E-mail address; upper and lower case are the same.",
        examples=["ada@shop.example"],
        json_schema_extra={"allOf": [{"pattern": LOCAL_PART_PATTERN}]},
    ),
]
OptionalId = Annotated[str | None, Field(json_schema_extra={"format": "uuid"}, description="UUID, or null for none.")]
Password = Annotated[
    str,
    StringConstraints(min_length=8, max_length=128, pattern=LINE_OF_TEXT),
    Field(json_schema_extra={"format": "password"}, description="8 to 128 characters.", examples=["correct horse battery"]),
]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(description="ISO 4217 code.", examples=["EUR"])]
Country = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{2}$"), Field(description="ISO 3166-1 alpha-2 code.", examples=["NL"])
]


class Request(BaseModel):
    """A body that comes in: unknown fields are refused, nothing is coerced."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Change(Request):
    """A body of PATCH: what is left out stays. Null clears the fields named in `clearable` and is refused elsewhere."""

    clearable: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The rule against saying nothing, for the documentation."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        schema["minProperties"] = 1
        return schema

    @model_validator(mode="before")
    @classmethod
    def _says_something(cls, data: Any) -> Any:
        if isinstance(data, dict):
            if not data:
                raise ValueError("nothing to change: set at least one field")
            nulls = sorted(str(name) for name, value in data.items() if value is None and name not in cls.clearable)
            if nulls:
                raise ValueError(f"null is not a value of {', '.join(nulls)}")
        return data


class Answer(BaseModel):
    """A body that goes out, built from a message of a service, which has validated it."""

    model_config = ConfigDict(frozen=True)


def example(value: dict[str, Any]) -> ConfigDict:
    """The configuration of a model shown by this example; the rest is inherited."""
    return ConfigDict(json_schema_extra={"examples": [value]})


def moment(stamp: Timestamp) -> datetime:
    """A protobuf timestamp as an aware time in UTC."""
    return stamp.ToDatetime(UTC)

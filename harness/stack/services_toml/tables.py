"""The tables of services.toml as pydantic models: every key with its type, its default and what it means.

A model judges what can be judged in one table. What takes two is in `rules`.
"""

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic.json_schema import SkipJsonSchema

from harness.stack.placeholders import check

# What an edge's template may use, by the kind of the server it leads to; processes offer {address} only.
SERVER_PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "mysql": frozenset({"address", "schema", "user", "password"}),
    "redis": frozenset({"address", "database"}),
    "rabbitmq": frozenset({"address", "vhost", "user", "password"}),
}
PROCESS_PLACEHOLDERS = frozenset({"address"})
ENVIRONMENT_PLACEHOLDERS = frozenset({"instance", "service"})
COMMAND_PLACEHOLDERS = frozenset({"python"})
HEALTH_KINDS = ("grpc", "http", "tcp")

_NAME = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"


def must_be(what: str) -> WrapValidator:
    """Whatever the type itself refuses is answered with `must be {what}, not {value}`."""

    def refuse(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value)
        except ValidationError:
            raise ValueError(f"must be {what}, not {value!r}") from None

    return WrapValidator(refuse)


def one_of(names: Collection[str]) -> AfterValidator:
    """One of a fixed set of words."""

    def known(value: str) -> str:
        if value not in names:
            raise ValueError(f"{value} is not one of {', '.join(names)}")
        return value

    return AfterValidator(known)


def matching(pattern: str, problem: str) -> AfterValidator:
    """Text that matches a pattern; `problem` completes the message for other text."""

    def form(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{value!r} {problem}")
        return value

    return AfterValidator(form)


def with_placeholders(allowed: Collection[str], *, secrets: bool = False) -> AfterValidator:
    """Text in which only these placeholders occur."""

    def fillable(value: str) -> str:
        check(value, allowed, secrets=secrets)
        return value

    return AfterValidator(fillable)


def _without_nul(value: str) -> str:
    """No operating system takes a NUL in a path, an argument or a variable."""
    if (at := value.find("\0")) >= 0:
        raise ValueError(f"has a NUL at character {at + 1}: take it out")
    return value


AnyText = Annotated[str, must_be("a string"), AfterValidator(_without_nul)]
Text = Annotated[str, Field(min_length=1), must_be("a non-empty string"), AfterValidator(_without_nul)]
Name = Annotated[
    str,
    Field(json_schema_extra={"pattern": f"^{_NAME}$"}),
    matching(_NAME, "is not a name: lower-case letters, digits and single hyphens"),
]
EdgeName = Annotated[
    str,
    Field(json_schema_extra={"pattern": f"^{_NAME}->{_NAME}$"}),
    matching(f"{_NAME}->{_NAME}", 'does not name an edge: an edge is named "caller->callee"'),
]
Variable = Annotated[
    Text,
    Field(json_schema_extra={"pattern": f"^{_VARIABLE}$"}),
    matching(_VARIABLE, "cannot be the name of an environment variable"),
]
OptionalPort = Annotated[Annotated[int, Field(ge=1, le=65535)] | SkipJsonSchema[None], must_be("a port from 1 to 65535")]
Flag = Annotated[bool, must_be("true or false")]
Word = Annotated[Text, with_placeholders(COMMAND_PLACEHOLDERS)]
Environment = dict[Variable, Annotated[AnyText, with_placeholders(ENVIRONMENT_PLACEHOLDERS, secrets=True)]]


class Table(BaseModel):
    """A table of the file: types are taken as they stand, keys nobody knows are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class StackTable(Table):
    """The system as a whole."""

    name: Text = Field(description="What the system is called; also the name of its virtual host on RabbitMQ.")
    entry: Name = Field(description="The service that users talk to. It must have a port named `http`.")
    entry_port: OptionalPort = Field(
        None, description="The port `gauntlet up` asks for by default, for the entry's first instance. Without it: a free one."
    )
    root: Text = Field("..", description="The folder in which all commands run, relative to this file.")
    pages: list[Text] = Field([], description="Paths of the entry that `gauntlet up` prints as links.")
    alarms: dict[Text, Text] = Field(
        {},
        description="Metrics (Prometheus) that are 0 while nothing needs anybody's attention, each with what to do about it:"
        " `gauntlet status` asks every member with a port `metrics`, and shows those that are not.",
    )
    show: list[Variable] = Field(
        [],
        description="Variables of `[environment]`, or of a service's own, that a person wants to know: `gauntlet up` prints "
        "them when all is ready.",
    )
    migrate: list[Word] = Field(
        [],
        description="A command that does for all of a new stack at once what `migrate` of each service does for one. Each "
        "service's variables are given to it as `<SERVICE>_<VARIABLE>`. Without it, those of the services run, one by one.",
    )


class ServerTable(Table):
    """A server program, with data of its own, started by a provider: as a process or as a container."""

    kind: Annotated[Text, Field(json_schema_extra={"enum": [*SERVER_PLACEHOLDERS]}), one_of(SERVER_PLACEHOLDERS)] = Field(
        description="Which driver starts it."
    )
    durable: Flag = Field(False, description="What it has acknowledged survives that its process is killed.")
    schemas: list[Name] = Field([], description="mysql: one schema and one account for each of these services.")


class HealthTable(Table):
    """How to see that a process is ready."""

    kind: Annotated[Text, Field(json_schema_extra={"enum": [*HEALTH_KINDS]}), one_of(HEALTH_KINDS)] = Field(
        description="`http`: GET answers 200. `grpc`: grpc.health.v1 says SERVING. `tcp`: connections are accepted."
    )
    port: Text = Field(description="The name of one of the process's `ports`.")
    path: Text = Field("/", description="`http`: the path to GET.")


class ProcessTable(Table):
    """A program of the project. Services are the system, in any number of instances; sandboxes stand for the world outside."""

    command: Annotated[list[Word], Field(min_length=1)] = Field(
        description="Program and arguments; `{python}` is the interpreter that runs gauntlet."
    )
    ports: dict[Text, Variable] = Field(
        {}, description="By the name of each port the variable that carries its number: a free one on loopback."
    )
    health: HealthTable = Field(description="When an instance counts as ready. A stack is ready when all of them are.")
    environment: Environment = Field(
        {},
        description="Further variables. `{instance}` is the instance's name (`order-1`), `{service}` its service's, "
        "`{secret:NAME}` 64 hexadecimal digits, random for each stack and the same for all who name it.",
    )
    about: AnyText = Field("", description="What it is for, in a few words.")
    migrate: list[Word] = Field([], description="Run to its end before the first instance starts.")


class EdgeTable(Table):
    """An arrow between a process and what it calls. With `--proxied`, each arrow between instances has a proxy of its own."""

    env: Variable = Field(description="The variable in which the caller is told where the callee is.")
    template: Text = Field(
        "{address}",
        description="Filled for each target, joined by commas. `{address}` is `host:port`; mysql offers `{schema}`, `{user}` "
        "and `{password}` too, rabbitmq `{vhost}`, `{user}` and `{password}`, redis `{database}` (0 for the stack itself, "
        "another one in each namespace of a test).",
    )
    port: Text = Field("", description="Which of the callee's `ports`, when it is a process. Servers have one only.")


class Members(Table):
    """All tables but `[stack]`."""

    servers: dict[Name, ServerTable] = Field({}, description="Servers, by name.")
    sandboxes: dict[Name, ProcessTable] = Field(
        {}, description="Processes that stand for the world outside the system, by name."
    )
    services: dict[Name, ProcessTable] = Field({}, description="Processes that are the system, by name.")
    environment: Environment = Field({}, description="Variables of every service, with the placeholders of a process's own.")
    edges: dict[EdgeName, EdgeTable] = Field({}, description='Who calls whom, by `"caller->callee"`.')

    def processes(self) -> Mapping[str, ProcessTable]:
        """Sandboxes and services, in the order of the file."""
        return {**self.sandboxes, **self.services}


class ServicesToml(Members):
    """What a stack is made of. In texts, `{name}` is a placeholder; a brace as such is written twice."""

    stack: StackTable = Field(description="The system as a whole.")

"""The contracts of the shop: where its interfaces are read, who judges them, and the changes that prove the judges."""

from pathlib import Path

from chaos.contracts import (
    planted_amqp,
    planted_consumers,
    planted_drift,
    planted_openapi,
    planted_proto,
    planted_tables,
    planted_versions,
)
from harness.contracts.amqp import AmqpChecker, BrokerSource
from harness.contracts.consumers.checker import ConsumersChecker
from harness.contracts.consumers.declaration import Declarations
from harness.contracts.consumers.users import NamingUsers
from harness.contracts.drift.checker import DriftChecker
from harness.contracts.drift.columns import DOCUMENT as COLUMNS
from harness.contracts.drift.columns import Columns
from harness.contracts.drift.constants import Constants
from harness.contracts.drift.mapping import MappingFile
from harness.contracts.openapi import OpenApiChecker
from harness.contracts.proto.checker import ProtoChecker
from harness.contracts.proto.promises import Options
from harness.contracts.proto.reflection import ReflectionChecker, ReflectionSource
from harness.contracts.proto.sources import ProtoImage
from harness.contracts.served_document import ServedDocument
from harness.contracts.source_archive import DOCUMENT, SourceArchive
from harness.contracts.system import SystemContracts
from harness.contracts.tables import TablesChecker
from harness.contracts.versions.checker import VersionsChecker

PROTO = Path("proto")
OPTIONS = Options(rpc="shop.common.v1.rpc", limits="shop.common.v1.limits")

CONTRACTS = SystemContracts(
    name="shop",
    folder=Path("contracts"),
    topology=Path("system/services.toml"),
    saved=(
        ProtoImage(PROTO),
        SourceArchive({"system": Path("system"), "shop": Path("proto/gen/shop")}),
        Declarations(Path("contracts/consumers")),
        Constants(Path("system"), ("*/domain.py", "*/domain/*.py", "common/email_address.py", "common/totals.py")),
        MappingFile(Path("contracts/drift.toml")),
    ),
    live=(
        ServedDocument("openapi.json", "/openapi.json"),
        BrokerSource(Path("contracts/amqp.toml")),
        ReflectionSource(),
        Columns(without=frozenset({"alembic_version"})),
    ),
    checkers=(
        NamingUsers(ProtoChecker(OPTIONS)),
        ReflectionChecker(),
        NamingUsers(OpenApiChecker()),
        NamingUsers(AmqpChecker()),
        ConsumersChecker(OPTIONS),
        VersionsChecker(),
        DriftChecker(),
        TablesChecker(),
    ),
    released=("proto.binpb", "openapi.json", "amqp.json", "consumers.json", DOCUMENT, COLUMNS),
    planted=(
        *planted_drift.CHANGES,
        *planted_proto.CHANGES,
        *planted_versions.CHANGES,
        *planted_tables.CHANGES,
        *planted_openapi.CHANGES,
        *planted_amqp.CHANGES,
        *planted_consumers.CHANGES,
    ),
)

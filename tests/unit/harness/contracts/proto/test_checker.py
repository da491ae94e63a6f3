"""From .proto files to findings: the place is the element's name, also of one that is gone or renamed."""

from pathlib import Path

import pytest

from harness.contracts.checker import SourceError
from harness.contracts.documents import CURRENT, Documents
from harness.contracts.planted import EditError
from harness.contracts.proto.checker import ProtoChecker
from harness.contracts.proto.elements import Image
from harness.contracts.proto.planting import Rewrite, rewritten
from harness.contracts.proto.promises import Options, promises
from harness.contracts.proto.sources import IMAGE, ProtoImage

OPTIONS = Options("shop.v1.rpc", "shop.v1.limits")
SHOP = """syntax = "proto3";

package shop.v1;

import "google/protobuf/descriptor.proto";

// Promised by an RPC.
message Rpc {
  // In milliseconds.
  uint32 deadline_ms = 1;
  // Statuses.
  repeated string answers = 2;
}

// Held by a field.
message Limits {
  // The greatest number.
  optional int64 max = 1;
}

extend google.protobuf.MethodOptions {
  // Promises.
  Rpc rpc = 50901;
}

extend google.protobuf.FieldOptions {
  // Limits.
  Limits limits = 50901;
}

// A shop.
service ShopService {
  // Buys.
  rpc Buy(BuyRequest) returns (BuyResponse) {
    option idempotency_level = IDEMPOTENT;
    option (shop.v1.rpc) = {
      deadline_ms: 5000
      answers: ["NOT_FOUND"]
    };
  }
}

// What is bought.
message BuyRequest {
  // How many.
  int64 quantity = 1 [(shop.v1.limits).max = 9];
  // Of what.
  string product = 2;
}

// What it costs.
message BuyResponse {
  // In cents.
  int64 price = 1;
  // How it went.
  Outcome outcome = 2;
}

// How a purchase went.
enum Outcome {
  // Never sent.
  OUTCOME_UNSPECIFIED = 0;
  // Well.
  OUTCOME_BOUGHT = 1;
  // Badly.
  OUTCOME_REFUSED = 2;
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sources") / "proto"
    (made / "shop" / "v1").mkdir(parents=True)
    (made / "buf.yaml").write_text("version: v2\n")
    (made / "shop" / "v1" / "shop.proto").write_text(SHOP)
    return made


@pytest.fixture(scope="module")
def before(folder: Path) -> Documents:
    return Documents("1.0.0", {IMAGE: ProtoImage(folder).read()})


def test_findings_name_the_element(folder: Path, before: Documents) -> None:
    edit = rewritten(
        folder,
        "shop/v1/shop.proto",
        Rewrite("  // Of what.\n  string product = 2;\n", ""),
        Rewrite("  // Badly.\n  OUTCOME_REFUSED = 2;\n", ""),
        Rewrite("int64 price", "int32 price"),
        Rewrite("max = 9", "max = 8"),
        Rewrite("= IDEMPOTENT;", "= IDEMPOTENCY_UNKNOWN;"),
    )
    found = {(each.rule, each.where) for each in ProtoChecker(OPTIONS).check(before, edit(Documents(CURRENT, {})))}
    assert {
        ("FIELD_NO_DELETE", "shop.v1.BuyRequest.product"),
        ("ENUM_VALUE_NO_DELETE", "shop.v1.Outcome.OUTCOME_REFUSED"),
        ("FIELD_SAME_TYPE", "shop.v1.BuyResponse.price"),
        ("request-limit-stricter", "shop.v1.BuyRequest.quantity max"),
        ("rpc-idempotency-withdrawn", "shop.v1.ShopService/Buy"),
    } <= found


def test_a_renamed_or_renumbered_field_is_told_by_the_name_it_was_released_with(folder: Path, before: Documents) -> None:
    edit = rewritten(
        folder,
        "shop/v1/shop.proto",
        Rewrite("string product = 2", "string article = 2"),
        Rewrite("Outcome outcome = 2", "Outcome outcome = 3"),
    )
    found = {(each.rule, each.where) for each in ProtoChecker(OPTIONS).check(before, edit(Documents(CURRENT, {})))}
    assert {
        ("FIELD_SAME_NAME", "shop.v1.BuyRequest.product"),
        ("FIELD_NO_DELETE", "shop.v1.BuyResponse.outcome"),
    } <= found


def test_promises_are_read_from_the_image_itself(before: Documents) -> None:
    promised = promises(Image(before.content(IMAGE)), OPTIONS)
    buy = promised.rpcs["shop.v1.ShopService/Buy"]
    assert (buy.idempotency, buy.stated, buy.deadline_ms, buy.answers) == ("IDEMPOTENT", True, 5000, ("NOT_FOUND",))
    assert promised.limits == {"shop.v1.BuyRequest.quantity": {"max": 9}}
    assert "shop.v1.BuyRequest" in promised.requests - promised.responses
    assert "shop.v1.BuyResponse" in promised.responses - promised.requests


def test_what_cannot_be_built_is_told(folder: Path) -> None:
    with pytest.raises(SourceError, match="imported file does not exist"):
        rewritten(folder, "shop/v1/shop.proto", Rewrite("// A shop.\n", 'import "missing.proto";\n'))(Documents(CURRENT, {}))


def test_a_rewrite_that_finds_nothing_is_told() -> None:
    for rewrite in (Rewrite("mesage", ""), Rewrite("message", ""), Rewrite("price", "", after="enum")):
        with pytest.raises(EditError):
            rewrite.apply(SHOP)

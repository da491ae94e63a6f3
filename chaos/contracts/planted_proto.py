"""Changes of the .proto files that the proto checker must name, and some that look dangerous and break nobody."""

from pathlib import Path

from harness.contracts.planted import PlantedChange
from harness.contracts.proto.planting import Rewrite, rewritten

_PROTO = Path("proto")
ORDER, USER, PAYMENT = "shop/order/v1/order.proto", "shop/user/v1/user.proto", "shop/payment/v1/payment.proto"
PRODUCT, EVENTS, MONEY = "shop/product/v1/product.proto", "shop/events/v1/events.proto", "shop/common/v1/money.proto"
_CANCELLED = "message CancelOrderResponse {"
_IN_PROGRESS = "  bool in_progress = 2;\n"
_ROLE = "// Role is what an account may do."
_LIST_USERS = """// ListUsersRequest asks for all.
message ListUsersRequest {}

// ListUsersResponse carries them.
message ListUsersResponse {
  // The accounts.
  repeated User users = 1;
}

"""
_SERVICE = "service UserService {\n"
_RPC = "  // ListUsers reads accounts.\n  rpc ListUsers(ListUsersRequest) returns (ListUsersResponse)"
_PROMISES = " {\n    option idempotency_level = NO_SIDE_EFFECTS;\n    option (shop.common.v1.rpc).deadline_ms = 5000;\n  }\n"


def _planted(name: str, rule: str, about: str, file: str, *rewrites: Rewrite) -> PlantedChange:
    return PlantedChange(name=name, contract="proto", rule=rule, about=about, edit=rewritten(_PROTO, file, *rewrites))


def _harmless(name: str, about: str, file: str, *rewrites: Rewrite) -> PlantedChange:
    return _planted(name, "", about, file, *rewrites)


BREAKING = (
    _planted(
        "field removed",
        "FIELD_NO_DELETE",
        "Order prices its lines by it.",
        PRODUCT,
        Rewrite("  // Price of one unit at that time.\n  shop.common.v1.Money unit_price = 4;\n", ""),
    ),
    _planted(
        "field removed, number and name reserved",
        "FIELD_NO_DELETE",
        "The wire is safe, whoever reads the field is not.",
        ORDER,
        Rewrite(_IN_PROGRESS, '  reserved 2;\n  reserved "in_progress";\n', after=_CANCELLED),
    ),
    _planted(
        "field with another number",
        "FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED",
        "An old client reads false for ever.",
        ORDER,
        Rewrite("in_progress = 2", "in_progress = 3", after=_CANCELLED),
    ),
    _planted(
        "field of another type",
        "FIELD_WIRE_JSON_COMPATIBLE_TYPE",
        "Numbers above 2^31 are cut, and JSON shows a number in place of a text.",
        PRODUCT,
        Rewrite("int64 available", "int32 available", after="message Stock {"),
    ),
    _planted(
        "field renamed",
        "FIELD_SAME_JSON_NAME",
        "The wire is the same, JSON and generated code are not.",
        PAYMENT,
        Rewrite("string reason = 6", "string decline_reason = 6"),
    ),
    _planted(
        "field made repeated",
        "FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY",
        "An old reader takes the last of many, and JSON shows a list.",
        USER,
        Rewrite("int64 version = 5;", "repeated int64 version = 5;"),
    ),
    _planted(
        "optional field loses its presence",
        "FIELD_SAME_CARDINALITY",
        "Not sent and sent empty become the same: a PATCH resets what it did not name.",
        USER,
        Rewrite("optional string current_password", "string current_password"),
    ),
    _planted(
        "field moved into a oneof",
        "FIELD_SAME_ONEOF",
        "Setting the one clears the other.",
        PAYMENT,
        Rewrite(
            "  shop.common.v1.Money amount = 4;\n",
            "  oneof worth {\n    // In money.\n    shop.common.v1.Money amount = 4;\n  }\n",
        ),
    ),
    _planted(
        "enum value removed",
        "ENUM_VALUE_NO_DELETE",
        "Stored and sent values become unknown.",
        ORDER,
        Rewrite("  // Not paid in time. Final.\n  ORDER_STATUS_EXPIRED = 6;\n", ""),
    ),
    _planted(
        "enum values swapped",
        "ENUM_VALUE_SAME_NAME",
        "PAID reads as REJECTED.",
        ORDER,
        Rewrite("ORDER_STATUS_REJECTED = 3", "ORDER_STATUS_REJECTED = 4"),
        Rewrite("ORDER_STATUS_PAID = 4", "ORDER_STATUS_PAID = 3"),
    ),
    _planted(
        "RPC renamed",
        "RPC_NO_DELETE",
        "Callers are answered UNIMPLEMENTED.",
        PAYMENT,
        Rewrite("rpc GetPayment(", "rpc ReadPayment("),
    ),
    _planted(
        "RPC with another request",
        "RPC_SAME_REQUEST_TYPE",
        "Old requests are read as what they are not.",
        PAYMENT,
        Rewrite("rpc RefundPayment(RefundPaymentRequest)", "rpc RefundPayment(CapturePaymentRequest)"),
    ),
    _planted(
        "RPC made a stream",
        "RPC_SAME_SERVER_STREAMING",
        "A unary client gets no answer.",
        ORDER,
        Rewrite("returns (ListOrdersResponse)", "returns (stream ListOrdersResponse)"),
    ),
    _planted(
        "message renamed",
        "MESSAGE_NO_DELETE",
        "Generated code and Any lose it.",
        EVENTS,
        Rewrite("message OrderExpired {", "message OrderLapsed {"),
        Rewrite("    OrderExpired order_expired = 14;", "    OrderLapsed order_expired = 14;"),
    ),
    _planted(
        "comment removed",
        "COMMENT_FIELD",
        "Nobody knows any more what it means.",
        MONEY,
        Rewrite("  // Minor units: 1999 is 19.99 EUR.\n", ""),
    ),
    _planted(
        "RPC may no longer be repeated",
        "rpc-idempotency-withdrawn",
        "Order repeats a capture whose answer was lost: charged twice.",
        PAYMENT,
        Rewrite("= IDEMPOTENT;", "= IDEMPOTENCY_UNKNOWN;", after="rpc CapturePayment("),
    ),
    _planted(
        "RPC takes longer",
        "rpc-deadline-lengthened",
        "The gateway gives up before.",
        ORDER,
        Rewrite("deadline_ms: 5000", "deadline_ms: 50000", after="rpc GetOrder("),
    ),
    _planted(
        "RPC answers another status",
        "rpc-status-added",
        "The gateway has no answer for it.",
        USER,
        Rewrite('"NOT_FOUND"', '"NOT_FOUND",\n        "PERMISSION_DENIED"', after="rpc ChangeRole("),
    ),
    _planted(
        "smaller pages",
        "request-limit-stricter",
        "Clients that ask for 100 are refused.",
        ORDER,
        Rewrite("max: 100", "max: 50", after="message ListOrdersRequest {"),
    ),
    _planted(
        "longer descriptions",
        "response-limit-looser",
        "A client's column of 4000 characters overflows.",
        PRODUCT,
        Rewrite("max_length = 4000", "max_length = 8000", after="message Product {"),
    ),
    _planted(
        "RPC that states nothing",
        "rpc-idempotency-unstated",
        "Nobody knows whether it may be repeated.",
        USER,
        Rewrite(_SERVICE, f"{_SERVICE}{_RPC};\n"),
        Rewrite(_ROLE, f"{_LIST_USERS}{_ROLE}"),
    ),
)

HARMLESS = (
    _harmless(
        "field added",
        "Old readers keep it as unknown.",
        ORDER,
        Rewrite(_IN_PROGRESS, f"{_IN_PROGRESS}  // How often it was asked.\n  int32 attempts = 3;\n", after=_CANCELLED),
    ),
    _harmless(
        "enum value added",
        "Readers treat unknown values as such.",
        PAYMENT,
        Rewrite("_REFUNDED = 4;\n", "_REFUNDED = 4;\n  // Asked back by the bank.\n  PAYMENT_STATUS_DISPUTED = 5;\n"),
    ),
    _harmless(
        "RPC added, with its promises",
        "Nobody calls it yet.",
        USER,
        Rewrite(_SERVICE, f"{_SERVICE}{_RPC}{_PROMISES}"),
        Rewrite(_ROLE, f"{_LIST_USERS}{_ROLE}"),
    ),
    _harmless(
        "fields in another order, numbers reserved",
        "The numbers of the fields count, and nobody uses those.",
        MONEY,
        Rewrite("  // Minor units: 1999 is 19.99 EUR.\n  int64 minor_units = 1;\n", "  reserved 10 to 20;\n"),
        Rewrite("\n}\n", "\n  // Minor units: 1999 is 19.99 EUR.\n  int64 minor_units = 1;\n}\n"),
    ),
    _harmless(
        "comment reworded",
        "It promises the same.",
        ORDER,
        Rewrite("  // Street and number.\n", "  // The street, and the number of the house in it.\n"),
    ),
    _harmless(
        "RPC ends sooner",
        "Whoever waits longer gets the answer earlier.",
        USER,
        Rewrite("deadline_ms: 5000", "deadline_ms: 1000", after="rpc VerifyToken("),
    ),
    _harmless(
        "RPC no longer answers a status",
        "Its callers handle one case too many.",
        USER,
        Rewrite('        "INVALID_ARGUMENT",\n', "", after="rpc ChangeRole("),
    ),
    _harmless(
        "larger pages",
        "Nobody has to ask for them.",
        ORDER,
        Rewrite("max: 100", "max: 200", after="message ListOrdersRequest {"),
    ),
    _harmless(
        "RPC may be repeated now",
        "Nobody has to.",
        USER,
        Rewrite("= IDEMPOTENCY_UNKNOWN;", "= IDEMPOTENT;", after="rpc ChangeRole("),
    ),
)

CHANGES = (*BREAKING, *HARMLESS)

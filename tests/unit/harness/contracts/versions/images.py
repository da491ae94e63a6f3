"""Small images to compare, written down as the fields of one message."""

from collections.abc import Sequence

from google.protobuf.descriptor_pb2 import DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet

F = FieldDescriptorProto
Field = tuple[int, str, "F.Type.ValueType"] | tuple[int, str, "F.Type.ValueType", str]
STATES = ("STATE_UNSPECIFIED", "STATE_OPEN", "STATE_PAID")


def image(
    fields: Sequence[Field],
    *,
    states: Sequence[str] = STATES,
    repeated: Sequence[str] = (),
    oneof: Sequence[str] = (),
    rpcs: Sequence[str] = ("GetOrder",),
    message: str = "Order",
) -> bytes:
    """A file with the enum State, the message, and a service of RPCs that take and give it."""
    made = FileDescriptorSet()
    file = made.file.add(name="a.proto", package="a.v1", syntax="proto3")
    file.enum_type.append(EnumDescriptorProto(name="State"))
    for number, name in enumerate(states):
        file.enum_type[0].value.add(name=name, number=number)
    described = DescriptorProto(name=message)
    for number, name, kind, *of in fields:
        label = F.LABEL_REPEATED if name in repeated else F.LABEL_OPTIONAL
        field = described.field.add(name=name, number=number, type=kind, label=label)
        if of:
            field.type_name = of[0]
        if name in oneof:
            field.oneof_index = 0
    if oneof:
        described.oneof_decl.add(name="payload")
    file.message_type.append(described)
    service = file.service.add(name="Orders")
    for name in rpcs:
        service.method.add(name=name, input_type=f".a.v1.{message}", output_type=f".a.v1.{message}")
    return made.SerializeToString()

import pytest

from system.common.rpc_channel import target


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ("127.0.0.1:50051", "ipv4:127.0.0.1:50051"),
        ("127.0.0.1:50051,127.0.0.1:50052", "ipv4:127.0.0.1:50051,127.0.0.1:50052"),
        ("product:50051", "dns:///product:50051"),
        ("product.shop.example:50051", "dns:///product.shop.example:50051"),
    ],
)
def test_addresses_stay_as_they_are_and_a_name_is_looked_up_again_and_again(addresses: str, expected: str) -> None:
    assert target(addresses) == expected

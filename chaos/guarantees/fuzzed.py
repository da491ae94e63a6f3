"""What the parts of `gauntlet fuzz` test, as promises; each is judged by what its part recorded (harness.fuzz.judging)."""

from harness.fuzz.judging import fuzzed

fuzz_across_users = fuzzed("across_users", "Nobody reads, changes or lists what is another's, whatever token he holds.")
fuzz_schemathesis = fuzzed("schemathesis", "Every answer of the REST API is one that its OpenAPI document declares.")
fuzz_grpc = fuzzed("grpc", "Every RPC answers every request in time with a declared status, never UNKNOWN or INTERNAL.")
fuzz_amqp = fuzzed("amqp", "A message that cannot be handled is dead-lettered or dropped as a duplicate, and harms no other.")
fuzz_model = fuzzed("model", "Any sequence of what customers and staff do is answered as a small model of the shop allows.")

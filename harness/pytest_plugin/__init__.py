"""Pytest plugin: starts the system under test when the first test asks for it, and stops it at the end of the run.

    [tool.pytest.ini_options]
    gauntlet_topology = "system/services.toml"

    def test_it_answers(stack): ...     # the running system, shared by the whole run (all xdist workers)
    async def test_its_door(gateway): ...   # an httpx client of the system's entry
    def test_alone(namespace): ...      # schemas, a virtual host and Redis databases of this test's own on the stack's servers
    def test_it_heals(own_stack): ...   # a system of this process alone, as new: its members can be killed and started again
    def test_it_counts(history): ...    # a recorder that writes into this test's folder

`--provider` says where servers come from, `--stack-reuse NAME` uses what `gauntlet up --detach --name NAME` started. A
failed test that used a stack shows the warnings that the stack logged meanwhile. Loaded by the entry point `gauntlet`.
"""

"""Which tests stay together on one xdist worker, because they share servers or want the processor for themselves.

`--dist loadgroup` of pytest-xdist 3.8 has no effect under pytest 9.2, without a word: it sets node ids, which are computed now.
So the groups are told to a scheduler of our own. A test of no group is handed out by itself.
"""

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has no type hints

GROUPS = {
    "tests/chaos/test_mutants.py": "mutants",  # experiments: at most two shops at a time
    "tests/chaos": "shop",
    "tests/conformance/test_warm.py": "shop",
    "tests/conformance/proxy": "proxy",  # all use one server, which may be somebody's only one
    "tests/conformance/test_provider.py": "toy",  # these share the toy system of conformance/conftest.py
    "tests/conformance/test_namespaces.py": "toy",
    "tests/conformance/test_edges.py": "toy",
    "tests/conformance/test_connections.py": "toy",
    "tests/conformance/test_docker.py": "toy",
    "tests/conformance/test_capabilities.py": "restless",  # and these one of their own each
    "tests/conformance/test_carriers.py": "carriers",
    "tests/conformance/test_reset.py": "reset",
    "tests/conformance/report": "report",  # one list of runs for several pages
    "tests/conformance/test_pythons.py": "pythons",  # an environment takes a minute to make
}


def group_of(nodeid: str) -> str:
    """The group of a test by its node id; the id itself when it is of none."""
    file = PurePosixPath(nodeid.partition("::")[0])
    return next((GROUPS[str(place)] for place in (file, *file.parents) if str(place) in GROUPS), nodeid)


class Grouped(LoadScopeScheduling):  # type: ignore[misc]  # for the same reason
    """Hands out groups, in the order of their first test when told not to reorder."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)

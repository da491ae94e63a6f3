"""The REST contract: what of a changed OpenAPI document breaks a client of the released one.

Rule ids and levels are in the manner of oasdiff (https://www.oasdiff.com/checks), so that who knows those knows these. No kept
library does it for Python: oasdiff is a Go program, npm's openapi-changes fetches one and @azure/oad needs .NET; on PyPI there
are first versions that know paths and parameters only (api-diff-sentinel 1.0.2) or a few kinds of changes, without direction or
acceptance (breakwatch 0.1.0), and abandoned ones (impoasdiff, 2023). So the comparison is ours.
"""

from harness.contracts.openapi.checker import OpenApiChecker, check
from harness.contracts.openapi.registry import RULES

__all__ = ["RULES", "OpenApiChecker", "check"]

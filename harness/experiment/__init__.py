"""Experiments: a system, a workload, faults, and the guarantees that must hold under them.

`runner` runs one; `experiment` has the types that one declares. The engine knows no system: starting, watching,
settling and observing one is the work of a `Subject` that the experiment brings along.
"""

from harness.experiment.context import Choices, Context
from harness.experiment.experiment import Bounds, Exercised, Experiment, FaultPlan, Minimum, Part, Phase, Sighting
from harness.experiment.judging import JudgedRun, judge, judge_folder
from harness.experiment.plan import Plan, PlanError, PlannedFault, plan_of, read_plan, written
from harness.experiment.probing import NotServedError, Probe, Probed
from harness.experiment.protocols import (
    AssumptionError,
    Drive,
    Fault,
    NotSteadyError,
    Proof,
    Subject,
    System,
    Workload,
)
from harness.experiment.run_folder import NotARunError, RunFolder, RunRecord
from harness.experiment.runner import run
from harness.experiment.service_levels import Ceiling, ServiceLevel
from harness.experiment.triggers import (
    AllOf,
    AnyOf,
    AtOnce,
    EventsSeen,
    EventsSince,
    Healed,
    InForceFor,
    Injected,
    OperationsEnded,
    RunProgress,
    Trigger,
)

__all__ = [
    "AllOf",
    "AnyOf",
    "AssumptionError",
    "AtOnce",
    "Bounds",
    "Ceiling",
    "Choices",
    "Context",
    "Drive",
    "EventsSeen",
    "EventsSince",
    "Exercised",
    "Experiment",
    "Fault",
    "FaultPlan",
    "Healed",
    "InForceFor",
    "Injected",
    "JudgedRun",
    "Minimum",
    "NotARunError",
    "NotServedError",
    "NotSteadyError",
    "OperationsEnded",
    "Part",
    "Phase",
    "Plan",
    "PlanError",
    "PlannedFault",
    "Probe",
    "Probed",
    "Proof",
    "RunFolder",
    "RunProgress",
    "RunRecord",
    "ServiceLevel",
    "Sighting",
    "Subject",
    "System",
    "Trigger",
    "Workload",
    "judge",
    "judge_folder",
    "plan_of",
    "read_plan",
    "run",
    "written",
]

"""Runs through all operations of a system's document, in an order that the seed gives."""

import httpx

from harness.fuzz.across_users.document import Document
from harness.fuzz.across_users.examination import Examination
from harness.fuzz.across_users.lists import Lists
from harness.fuzz.across_users.scene import Director, UnknownKindError
from harness.fuzz.across_users.world import NotMade, World
from harness.fuzz.fuzzing import Fuzzing


async def across_users(world: World, fuzzing: Fuzzing, name: str) -> None:
    """Try every operation once; `name` is unique to the run. What cannot be tried is a gap.

    Raises NotMade when not even people can be made, httpx.HTTPError.
    """
    document = Document(await world.document())
    director = Director(world, document, name)
    examination, lists = Examination(world, document, director, fuzzing), Lists(world, document, director, fuzzing)
    works = [(each.name, examination.examine, each) for each in document.operations()]
    works += [(f"{each.name}, as a list", lists.examine, each) for each in lists.found()]
    fuzzing.seed.stream("order").shuffle(works)
    for number, (target, examine, operation) in enumerate(works, 1):
        if fuzzing.over:
            fuzzing.gap(target, "the time was up")
            continue
        try:
            await examine(operation)
        except (NotMade, UnknownKindError) as error:
            fuzzing.gap(target, str(error))
        except httpx.HTTPError as error:
            fuzzing.gap(target, f"no answer: {type(error).__name__}: {error}")
        if number % 5 == 0 or number == len(works):
            fuzzing.note(f"{number} of {len(works)} operations and lists, {len(fuzzing.found_so_far)} findings")

from ci.documents import broken_references, code_of, faults


def test_a_command_that_is_not_there_is_named() -> None:
    text = (
        "Run `make nonsense`, then:\n```\ngauntlet fly --high\nmake test\n```\nSee [it](no/such/file.md) or [that](Makefile), "
        "`ci/check.py`, `ci/nothing.py` and `tests/unit`."
    )
    assert list(faults("DOC.md", text)) == [
        "DOC.md: `make nonsense` is not in the Makefile",
        "DOC.md: `gauntlet fly` is not a command",
        "DOC.md: no/such/file.md is not a file",
        "DOC.md: `ci/nothing.py` is not a file",
    ]


def test_prose_is_not_code() -> None:
    assert code_of("make sure that `make test` works\n```sh\nmake up\n```") == ["make up\n", "make test"]


def test_what_is_here_is_in_order() -> None:
    assert broken_references() == []

"""Rewrites the recorded packages while they are imported: `a.b` becomes `recorder.read(a, "b", place)`.

Annotations, patterns of `match` and private names (which a class mangles) are left as they are. Compiled code is neither read
from nor written to `__pycache__`. The technique is that of pytest's assertion rewriting.
"""

import ast
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

RUNTIME = "harness.contracts.consumers.recorder.runtime"
_ALIAS = "@contract_reads"
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Rewriter(ast.NodeTransformer):
    """Rewrites one module; `file` is how places name it."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._names: list[str] = []

    def module(self, tree: ast.Module) -> ast.Module:
        """The module with its reads rewritten and the runtime imported."""
        body = [self.visit(node) for node in tree.body]
        at = sum(1 for _ in _preamble(tree.body))
        body.insert(at, ast.Import([ast.alias(RUNTIME, _ALIAS)]))
        return ast.fix_missing_locations(ast.Module(body, tree.type_ignores))

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Read through the recorder."""
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load) or node.attr.startswith("__"):
            return node
        return self._call("read", [node.value, ast.Constant(node.attr)], node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """See what is handed on to a message's constructor, and what `getattr` reads."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "getattr" and len(node.args) == 2:
            return self._call("read", node.args, node)
        if node.keywords and not (isinstance(node.func, ast.Name) and node.func.id == "super"):
            node.func = self._call("made", [node.func], node.func)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """A function is a place."""
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """A function is a place."""
        return self._function(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """A class is part of a place."""
        self._names.append(node.name)
        self.generic_visit(node)
        self._names.pop()
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """The annotation stays."""
        node.target = self.visit(node.target)
        node.value = self.visit(node.value) if node.value else None
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        """The pattern stays."""
        node.guard = self.visit(node.guard) if node.guard else None
        node.body = [self.visit(each) for each in node.body]
        return node

    def _function(self, node: _Function) -> ast.AST:
        node.decorator_list = [self.visit(each) for each in node.decorator_list]
        given = node.args
        given.defaults = [self.visit(each) for each in given.defaults]
        given.kw_defaults = [self.visit(each) if each else None for each in given.kw_defaults]
        self._names.append(node.name)
        node.body = [self.visit(each) for each in node.body]
        self._names.pop()
        return node

    def _call(self, hook: str, arguments: list[ast.expr], where: ast.expr) -> ast.Call:
        place = ":".join(filter(None, (self._file, ".".join(self._names))))
        function = ast.Attribute(ast.Name(_ALIAS, ast.Load()), hook, ast.Load())
        return ast.copy_location(ast.Call(function, [*arguments, ast.Constant(place)], []), where)


def _preamble(body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    """The docstring and imports from the future, which stay first."""
    at = 0
    for node in body:
        docstring = at == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not docstring and not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            break
        at += 1
    return body[:at]


class _Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        """See importlib.abc.InspectLoader."""
        file = "/".join(fullname.split("."))
        place = f"{file}/__init__.py" if self.is_package(fullname) else f"{file}.py"
        tree = Rewriter(place).module(ast.parse(self.get_data(self.path), self.path))
        return compile(tree, self.path, "exec", dont_inherit=True)


class Finder(MetaPathFinder):
    """Finds the modules of `packages` where they are, and has them rewritten if that is below `root` ("": wherever it is)."""

    def __init__(self, packages: Sequence[str], root: str = "") -> None:
        self._packages = tuple(packages)
        self._root = root

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """See importlib.abc.MetaPathFinder."""
        if not any(fullname == package or fullname.startswith(f"{package}.") for package in self._packages):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or not isinstance(spec.loader, SourceFileLoader):
            return None
        if self._root and not Path(spec.loader.path).is_relative_to(self._root):
            return None  # another build of the same system, beside the one that is recorded
        spec.loader = _Loader(fullname, spec.loader.path)
        return spec


def install(packages: Sequence[str], root: str = "") -> None:
    """Rewrite these packages from now on; what is imported already stays as it is."""
    sys.meta_path.insert(0, Finder(packages, root))

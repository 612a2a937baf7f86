"""Machine code of numba's kernels, kept between runs: a start that finds it needs no compiler, and imports none.

numba takes most of a second to be imported and made ready; what it compiled once is loaded here by LLVM in a few hundredths. The optimised
code that numba shows of an entry (``inspect_llvm``) is joined to `RUNTIME`, the little that it calls of numba's own, and becomes one
object file for a module of entries.

A file is loaded only if it and its folder are ours and no one else may write to them, and if it begins with the digest of what it holds and
of all that it depends on: the sources, the versions, the processor. What does not fit is made anew; where numba is another than those
that `RUNTIME` was held against, its own addresses are called, kept as numba keeps them. The results are the same to the bit.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib
import os
import stat
import sys
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import llvmlite  # type: ignore[import-untyped]
import llvmlite.binding as llvm  # type: ignore[import-untyped]
import numpy as np

Entry = Callable[[tuple[Any, ...]], tuple[Any, ...]]
"""Takes one tuple and gives another. Raises ``SystemError`` where the code failed, ``MemoryError`` where NumPy had no room."""

KNOWN = (np.zeros(0), np.zeros(0, np.int64), np._core._multiarray_umath._ARRAY_API)  # type: ignore[attr-defined]
"""What every entry is given beside its tuple: what arrays of either kind look like, and NumPy's table of functions for C."""

TRIED = "0.68."  # numba whose runtime is the one below
OUTSIDE = {"malloc", "free", "memcpy", "memset", "memmove", "exp", "log", "log10", "sqrt", "pow", "rint", "floor"}

RUNTIME = Path(__file__).with_suffix(".ll")


def _compiled(function: Callable[[int, int], int]) -> Any:
    """A function of two addresses, `KNOWN`'s and a tuple's, that gives a new tuple's, or 0."""
    from numba import cfunc

    return cfunc("int64(int64, int64)", cache=not _keeps())(function)


def _keeps() -> bool:
    """Whether code is kept here; otherwise numba keeps its own."""
    import numba

    return numba.__version__.startswith(TRIED) and sys.platform == "linux"


@cache
def entries(module: str, *names: str) -> tuple[Entry, ...]:
    """The entries of a module, from what is kept of them, or compiled."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(module)
    source = Path(spec.origin)
    key = _key(source.parent)
    files = [folder / f"{module}.o" for folder in _folders(source)]
    code = next(filter(None, (_kept(file, key) for file in files)), None)
    if code is None:
        compiled = {name: _compiled(getattr(importlib.import_module(module), name)) for name in names}
        code = _code(compiled)
        if code is None:
            return tuple(_callable(each.address) for each in compiled.values())
        any(_keep(file, key, code) for file in files)
    return _loaded(code, names)


def _folders(source: Path) -> tuple[Path, ...]:
    """Where code may be kept: beside the source, and where that cannot be written, with what is the user's."""
    try:
        return source.parent / "__pycache__" / "machine", Path.home() / ".cache" / "forewarn"
    except RuntimeError:  # nobody's home
        return (source.parent / "__pycache__" / "machine",)


def _key(folder: Path) -> bytes:
    """The digest of all that the machine code depends on."""
    numba = find_spec("numba")
    versions = Path(numba.origin).with_name("_version.py").read_bytes() if numba and numba.origin else b""
    parts = [sys.version.encode(), llvmlite.__version__.encode(), versions, llvm.get_host_cpu_name().encode()]
    parts += [llvm.get_host_cpu_features().flatten().encode()]
    parts += [path.read_bytes() for path in (*sorted(folder.glob("*.py")), Path(__file__), RUNTIME)]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()


def _private(path: Path) -> bool:
    """Whether nobody else can write to a file or folder."""
    found = path.lstat()
    return not stat.S_ISLNK(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _kept(file: Path, key: bytes) -> bytes | None:
    try:
        if not (_private(file.parent) and _private(file)):
            return None
        data = file.read_bytes()
    except (OSError, AttributeError):  # AttributeError: a system without users
        return None
    code = data[32:]
    return code if data[:32] == hashlib.sha256(key + code).digest() else None


def _keep(file: Path, key: bytes, code: bytes) -> bool:
    """Whether it could be written: beside and then renamed, so that another process finds the old file or the new one."""
    made: Path | None = None
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _private(file.parent):
            return False
        with NamedTemporaryFile(dir=file.parent, delete=False) as new:
            made = Path(new.name)
            new.write(hashlib.sha256(key + code).digest() + code)
        made.replace(file)
    except OSError:
        if made is not None:
            made.unlink(missing_ok=True)
        return False
    return True


def _machine() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features().flatten()
    return llvm.Target.from_default_triple().create_target_machine(cpu=llvm.get_host_cpu_name(), features=features, opt=3, jit=True)


def _code(compiled: dict[str, Any]) -> bytes | None:
    """One object file of the entries, or nothing where it would call what is not there without numba."""
    if not _keeps():
        return None
    whole = llvm.parse_assembly(RUNTIME.read_text(encoding="utf-8"))
    for name, each in compiled.items():
        part = llvm.parse_assembly(each.inspect_llvm())
        part.get_function(each.native_name).name = name
        whole.link_in(part)
    for each in whole.functions:
        if not each.is_declaration and each.name not in compiled:
            each.linkage = "internal"  # so that it may become part of its callers
    machine = _machine()
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=3))
    builder.getModulePassManager().run(whole, builder)
    called = {f.name for f in (*whole.functions, *whole.global_variables) if f.is_declaration and not f.name.startswith("llvm.")}
    if any(name not in OUTSIDE and not name.startswith("Py") for name in called):
        return None
    return bytes(machine.emit_object(whole))


def _loaded(code: bytes, names: tuple[str, ...]) -> tuple[Entry, ...]:
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _ENGINES.append(engine)
    return tuple(_callable(engine.get_function_address(name)) for name in names)


_ENGINES: list[Any] = []  # what owns the code


class _Method(ctypes.Structure):
    """``PyMethodDef`` of Python's C API."""

    _fields_ = (("name", ctypes.c_char_p), ("address", ctypes.c_void_p), ("takes", ctypes.c_int), ("says", ctypes.c_char_p))


_ONE = 0x8  # METH_O: one argument
_NEW = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)(("PyCFunction_NewEx", ctypes.pythonapi))
_METHODS: list[_Method] = []  # what functions of Python point at


def _callable(address: int) -> Entry:
    """A built-in function of Python, `KNOWN` its self: called without ``ctypes`` in between."""
    method = _Method(b"entry", address, _ONE, None)
    _METHODS.append(method)
    made: Entry = _NEW(ctypes.addressof(method), KNOWN, None)
    return made

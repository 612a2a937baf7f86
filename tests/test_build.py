"""What a header says of its writer."""

from __future__ import annotations

import platform
import shutil
from hashlib import sha256
from pathlib import Path

import numpy as np

import forewarn
from forewarn import record
from forewarn.edge import build
from forewarn.messages import encode


def package(path: Path) -> Path:
    (path / "sub").mkdir(parents=True)
    (path / "__init__.py").write_text('"""A package."""\n\n__version__ = "7.1"\n')
    (path / "b.py").write_text("b = 1\n")
    (path / "a.py").write_text("a = 1\n")
    (path / "sub" / "c.py").write_text("")
    (path / "notes.txt").write_text("not code")
    return path


def test_a_header_names_format_build_and_processor() -> None:
    header = build.header(5, "abc", resumed=True)
    assert (header.t_ns, header.recipients_hash, header.resumed, header.format) == (5, "abc", True, record.FORMAT)
    assert (header.python, header.numpy) == (platform.python_version(), np.__version__)
    assert header.processor.startswith(platform.machine())
    assert header.features == tuple(sorted(set(header.features)))
    assert header == build.header(5, "abc", resumed=True)
    assert len(encode(header)) < 4_000


def test_the_build_is_the_version_and_a_hash_of_the_code() -> None:
    version, _, digits = build.header(0, "", resumed=False).build.partition("+")
    assert version == forewarn.__version__
    assert len(digits) == 16
    int(digits, 16)


def test_the_hash_is_over_paths_and_bytes_in_order(tmp_path: Path) -> None:
    expected = sha256()
    for name, text in (
        ("__init__.py", b'"""A package."""\n\n__version__ = "7.1"\n'),
        ("a.py", b"a = 1\n"),
        ("b.py", b"b = 1\n"),
        ("sub/c.py", b""),
    ):
        expected.update(name.encode() + b"\x00" + sha256(text).digest())
    found = build.build(package(tmp_path / "one"))
    assert found == f"7.1+{expected.hexdigest()[:16]}"


def test_the_same_code_elsewhere_is_the_same_build_and_other_code_is_not(tmp_path: Path) -> None:
    first = build.build(package(tmp_path / "one"))
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    assert build.build(tmp_path / "two") == first
    (tmp_path / "two" / "notes.txt").write_text("other notes")
    build.build.cache_clear()
    assert build.build(tmp_path / "two") == first
    for change in ("a = 2\n", "a = 1"):
        (tmp_path / "two" / "a.py").write_text(change)
        build.build.cache_clear()
        assert build.build(tmp_path / "two") != first
    (tmp_path / "one" / "a.py").rename(tmp_path / "one" / "z.py")
    build.build.cache_clear()
    assert build.build(tmp_path / "one") != first

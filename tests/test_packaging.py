"""The wheel that a user installs: it holds all of the package, and every module in it can be imported."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

IMPORT_ALL = """
import importlib, pkgutil, forewarn
for found in pkgutil.walk_packages(forewarn.__path__, "forewarn."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
print(forewarn.__file__)
"""


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder], cwd=root, check=True)
    return next(folder.glob("forewarn-*-py3-none-any.whl"))


def test_wheel_holds_the_package_and_its_data(wheel: Path, root: Path) -> None:
    source = root / "src"
    kept = {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    names = zipfile.ZipFile(wheel).namelist()
    assert {name for name in names if ".dist-info/" not in name} == kept
    assert {"forewarn/py.typed", "forewarn/__init__.py"} <= kept
    assert [name for name in names if name.endswith("licenses/LICENSE")]


def test_wheel_has_the_command(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    entry = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
    assert "forewarn = forewarn.cli:main" in archive.read(entry).decode()


def test_every_module_of_the_wheel_can_be_imported(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", IMPORT_ALL]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(tmp_path)

"""Who is told: a file of its own, so that it can be erased; the record holds a salted hash of it and no address."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from forewarn.edge.problem import Problem
from forewarn.site import BadSite, Fault, Name, Part, Site


class Folder(Part):
    """Each alert as a CAP file into a folder, below the folder that the watch runs in unless the path is absolute."""

    kind: Literal["folder"]
    path: str


class Webhook(Part):
    """Each alert as an HTTP POST of its CAP document. ``token_file`` holds a bearer token; it is read when it is needed."""

    kind: Literal["webhook"]
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=2000)]
    token_file: str | None = None


class Recipient(Part):
    """One desk, siren or service that is told."""

    id: Name
    channel: Annotated[Folder | Webhook, Field(discriminator="kind")]


class Recipients(Part):
    """The recipients' file. ``salt``: any 32 or more characters that nobody can guess; without it the hash would tell who is in it."""

    salt: Annotated[str, Field(min_length=32, max_length=200)]
    recipients: tuple[Recipient, ...] = ()

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        if len(set(self.ids)) < len(self.ids):
            raise ValueError("two recipients have the same id")
        return self

    @property
    def ids(self) -> tuple[str, ...]:
        """Their names, in the file's order."""
        return tuple(recipient.id for recipient in self.recipients)

    def channel(self, name: str) -> Folder | Webhook | None:
        """How one of them is reached; None for a name that is not there."""
        return next((recipient.channel for recipient in self.recipients if recipient.id == name), None)

    @property
    def salted_hash(self) -> str:
        """SHA-256 over salt and contents, in hex: binds the file to the record and tells nothing of it; empty where there is none."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest() if self.recipients else ""


NOBODY = Recipients(salt="-" * 32)


def read_recipients(site: Site, folder: Path) -> Recipients:
    """The recipients of a site whose file lies in ``folder``. Raises ``Problem`` (it cannot be read), ``BadSite`` (its faults)."""
    if site.recipients is None:
        return NOBODY
    path = folder / site.recipients
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return Recipients.model_validate(raw)
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"recipients: {path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise BadSite((Fault(key=site.recipients, found="not TOML", wanted=str(error)),)) from None
    except ValidationError as error:
        raise BadSite(tuple(_fault(site.recipients, e) for e in error.errors(include_input=False))) from None


def _fault(file: str, error: Any) -> Fault:
    """One fault, without the value: neither an address nor the salt belongs in an error text."""
    return Fault(key=".".join((file, *map(str, error["loc"]))), found="(not shown)", wanted=error["msg"].removeprefix("Value error, "))

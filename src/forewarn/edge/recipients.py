"""Who is told: a file of its own, so that it can be erased; the record holds a salted hash of it and no address."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from forewarn.edge.problem import Problem
from forewarn.site import BadSite, Fault, Part, Site
from forewarn.site.base import Name


class Folder(Part):
    """Each alert as a CAP file into a folder, below the folder that the watch runs in unless the path is absolute."""

    kind: Literal["folder"]
    path: str


class Webhook(Part):
    """Each alert as an HTTP POST of its CAP document. ``token_file`` holds a bearer token; it is read when it is needed."""

    kind: Literal["webhook"]
    url: Annotated[str, Field(pattern=r"^https?://[^\s@/?#]+([/?#][^\s]*)?$", max_length=2000)]
    token_file: str | None = None


class Recipient(Part):
    """One desk, siren or service that is told."""

    id: Name
    channel: Annotated[Folder | Webhook, Field(discriminator="kind")]


class Recipients(Part):
    """The recipients' file. ``salt``: any 32 or more characters that nobody can guess; without it the hash would tell who is in it.

    ``salted_hash``: SHA-256 of the file's bytes, salt and all, in hex (``sha256sum`` gives the same): it binds the file to the record
    and tells nothing of it; empty where there is no file.
    """

    salt: Annotated[str, Field(min_length=32, max_length=200)]
    recipients: Annotated[tuple[Recipient, ...], Field(max_length=64)] = ()
    _hash: str = PrivateAttr("")

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        if len(set(self.ids)) < len(self.ids):
            raise ValueError("two recipients have the same id")
        return self

    @property
    def ids(self) -> tuple[str, ...]:
        """Their names, in the file's order."""
        return tuple(recipient.id for recipient in self.recipients)

    @property
    def salted_hash(self) -> str:
        """Of the file that this was read from."""
        return self._hash


NOBODY = Recipients(salt="-" * 32)


def read_recipients(site: Site, folder: Path) -> Recipients:
    """The recipients of a site whose file lies in ``folder``. Raises ``Problem`` (it cannot be read), ``BadSite`` (its faults)."""
    if site.recipients is None:
        return NOBODY
    path = folder / site.recipients
    try:
        data = path.read_bytes()
        raw: dict[str, Any] = tomllib.loads(data.decode("utf-8"))
        found = Recipients.model_validate(raw)
        found._hash = hashlib.sha256(data).hexdigest()
        return found
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"recipients: {path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise BadSite((Fault(key=site.recipients, found="not TOML", wanted=str(error)),)) from None
    except ValidationError as error:
        raise BadSite(tuple(_fault(site.recipients, e) for e in error.errors(include_input=False))) from None


def _fault(file: str, error: Any) -> Fault:
    """One fault, without the value: neither an address nor the salt belongs in an error text."""
    return Fault(key=".".join((file, *map(str, error["loc"]))), found="(not shown)", wanted=error["msg"].removeprefix("Value error, "))

"""Zip archives, with limits against those made to fill a memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile, ZipInfo

from claimclf.errors import DocumentError

MOST_FILES = 10_000
LARGEST = 2**30
"""Bytes of all files of an archive together, unpacked."""
HIGHEST_RATIO = 200
"""Of unpacked to packed size, for files above a megabyte."""


@dataclass
class Allowance:
    """What may still be unpacked from a file, archives within archives included."""

    files: int = MOST_FILES
    size: int = LARGEST

    def spend(self, archive: ZipFile) -> None:
        """Take an archive off; what it states about itself is the most that zipfile unpacks.

        Parameters
        ----------
        archive : ZipFile
            Opened, not read.

        Raises
        ------
        DocumentError
            If there are too many files, too many bytes or too high a ratio.
        """
        found = archive.infolist()
        self.files -= len(found)
        self.size -= sum(member.file_size for member in found)
        if self.files < 0:
            raise DocumentError(f"an archive of more than {MOST_FILES} files")
        if self.size < 0:
            raise DocumentError(f"an archive that unpacks to more than {LARGEST >> 20} MB")
        for member in found:
            if member.file_size > max(2**20, HIGHEST_RATIO * member.compress_size):
                raise DocumentError(f"{member.filename} in it unpacks to more than {HIGHEST_RATIO} times its size")


class Member(NamedTuple):
    """A file of an archive: its name there, and its content or why there is none."""

    name: str
    content: bytes | DocumentError


def members(data: bytes, allowance: Allowance) -> Iterator[Member]:
    """Unpack an archive, file by file, in memory.

    Parameters
    ----------
    data : bytes
        The archive.
    allowance : Allowance
        What may be unpacked.

    Yields
    ------
    Member
        By name; folders are left out.

    Raises
    ------
    DocumentError
        If it is no zip archive, or one that breaks a limit.
    """
    try:
        archive = ZipFile(BytesIO(data))
    except (BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise DocumentError(f"a damaged archive ({error})") from error
    with archive:
        allowance.spend(archive)
        for member in sorted(archive.infolist(), key=lambda member: member.filename):
            if not member.is_dir():
                yield Member(member.filename, _unpacked(archive, member))


def _unpacked(archive: ZipFile, member: ZipInfo) -> bytes | DocumentError:
    if member.flag_bits & 1:
        return DocumentError("encrypted; unpack it with its password first")
    try:
        return archive.read(member)
    except (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, zlib.error) as error:
        return DocumentError(f"damaged inside its archive ({error})")

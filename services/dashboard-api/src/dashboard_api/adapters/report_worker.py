"""The process that sets reports: `python -m dashboard_api.adapters.report_worker [FONT_FOLDER]`.

It reads a length and a JSON document from its standard input and writes a verdict, a length and a PDF, until the input
ends. It holds no secret, opens no connection, and can be killed at any moment without loss.
"""

from __future__ import annotations

import json
import resource
import shutil
import struct
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO, Literal

import typst

LENGTH = struct.Struct(">I")
DONE, FAILED = b"\x00", b"\x01"
MEMORY_MAX = 2 * 1024**3
_TEMPLATE = Path(__file__).with_name("report.typ")
_FACES = ("SourceSansPro-Regular.ttf", "SourceSansPro-Semibold.ttf")
_BOXES = "Characters shown as boxes are not in this report's typeface; the client id names the account."


class Press:
    """A compiled template with its own typefaces, the same on every machine."""

    def __init__(self, faces: Path, extra: str | None = None) -> None:
        # The package holds each face twice, in two formats; which one is found first would depend on the disk.
        for name in _FACES:
            shutil.copyfile(str(files("font_source_sans_pro") / "files" / name), faces / name)
        paths = [str(faces), *([extra] if extra else [])]
        self._compiler = typst.Compiler(
            str(_TEMPLATE), root=str(_TEMPLATE.parent), font_paths=paths, ignore_system_fonts=True
        )

    def print(self, report: str) -> bytes:
        """The PDF, accessible (PDF/UA-1) unless it holds characters that no typeface here has."""
        try:
            return self._compile(report, standard="ua-1")
        except typst.TypstError:
            # The standard forbids what cannot be shown. A report with visible boxes and a note beats none.
            return self._compile(json.dumps(json.loads(report) | {"glyphs": _BOXES}), standard=None)

    def _compile(self, report: str, *, standard: Literal["ua-1"] | None) -> bytes:
        made = self._compiler.compile(format="pdf", sys_inputs={"report": report}, pdf_standards=standard)
        assert isinstance(made, bytes)  # noqa: S101  one file, no pages of pictures
        return made


def serve(press: Press, source: BinaryIO, sink: BinaryIO) -> None:
    """Answer until the input ends."""
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        report = source.read(LENGTH.unpack(head)[0]).decode()
        try:
            verdict, content = DONE, press.print(report)
        except Exception as error:  # noqa: BLE001  the message may hold a client's name; its kind does not
            verdict, content = FAILED, type(error).__name__.encode()
        sink.write(verdict + LENGTH.pack(len(content)) + content)
        sink.flush()


def main(arguments: list[str]) -> None:
    """Serve on standard input and output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    with tempfile.TemporaryDirectory(prefix="trueup-report-") as folder:
        serve(Press(Path(folder), *arguments[:1]), sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main(sys.argv[1:])

"""`trueup dlq list`: records that could not be read."""

from __future__ import annotations

import asyncio

import typer

from trueup_operator import dead_letters, settings

app = typer.Typer()
group = typer.Typer(help="Dead letters: records that could not be read.", no_args_is_help=True)
app.add_typer(group, name="dlq")


async def _list() -> int:
    count = 0
    async for letter in dead_letters.read(settings.load().kafka_bootstrap):
        count += 1
        print(
            f"{letter.topic}[{letter.partition}]@{letter.offset}\t{letter.key}\t{letter.size_bytes} B\t{letter.error}"
        )
    return count


@group.command("list")
def list_letters() -> None:
    """Each dead letter: where it stood, its key, its size and why it could not be read."""
    count = asyncio.run(_list())
    print(f"{count} dead letters" if count else "no dead letters")

"""`trueup topics apply|list`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from trueup_operator import settings, topics

app = typer.Typer()
group = typer.Typer(help="Kafka's topics, as declared in deploy/kafka/topics.yaml.", no_args_is_help=True)
app.add_typer(group, name="topics")
File = Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The declaration.")]
DECLARATION = Path("deploy/kafka/topics.yaml")


@group.command("apply")
def apply_topics(file: File = DECLARATION, replication_factor: int = 1) -> None:
    """Create missing topics and set their configuration; nothing is ever deleted."""
    declared = topics.read(file)
    done = asyncio.run(topics.apply(settings.load().kafka_bootstrap, declared, replication_factor=replication_factor))
    print("\n".join(done) if done else f"all {len(declared)} topics are as declared")


@group.command("list")
def list_topics(file: File = DECLARATION) -> None:
    """The declared topics."""
    for topic in topics.read(file):
        print(f"{topic.name}\t{topic.partitions}\t{topic.config.get('cleanup.policy', 'delete')}")

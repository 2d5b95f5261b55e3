"""A member of a consumer group as a process of its own, so that it can be killed: `python member.py bootstrap group topic`."""

from __future__ import annotations

import asyncio
import sys

from trueup_kit.consumer import Consumer, Record


async def main(bootstrap: str, group: str, topic: str) -> None:
    """Print the partition and offset of every record."""

    async def handler(records: list[Record]) -> None:
        for record in records:
            print(record.partition, record.offset, flush=True)

    consumer = Consumer(bootstrap, service="member", group=group, session_timeout_s=6)
    consumer.subscribe(topic, handler)
    await consumer.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))

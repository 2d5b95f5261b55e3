"""Which reconciler holds which partitions, as JSON; runs inside a container: `docker compose exec -T reconciler python -`."""

from __future__ import annotations

import asyncio
import json
import os

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment

GROUP = "reconciler"


async def main() -> None:
    """State of the group, and each replica's partitions as `topic/partition`; a replica has a consumer for each topic."""
    admin = AIOKafkaAdminClient(bootstrap_servers=os.environ["RECONCILER_KAFKA_BOOTSTRAP"])
    await admin.start()
    try:
        answers = await admin.describe_consumer_groups([GROUP])
        _, _, state, _, _, members = answers[0].groups[0][:6]
        held: dict[str, list[str]] = {}
        for _, _, address, _, assignment in members:
            held.setdefault(address.lstrip("/"), []).extend(
                f"{topic}/{partition}"
                for topic, partitions in ConsumerProtocolMemberAssignment.decode(assignment).assignment
                for partition in partitions
            )
        print(json.dumps({"state": state, "replicas": held}))
    finally:
        await admin.close()


if __name__ == "__main__":
    asyncio.run(main())

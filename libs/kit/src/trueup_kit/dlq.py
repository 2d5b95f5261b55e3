"""Dead letters: a record that cannot be read goes to `<topic>.dlq` by itself, with where it stood and why."""

from __future__ import annotations

from trueup_contracts.topics import dlq
from trueup_kit.consumer import Record
from trueup_kit.messages import Message
from trueup_kit.producer import Producer, Sent

ERROR_LENGTH_MAX = 1000


def dead_letter(record: Record, error: BaseException | str, *, service: str, attempts: int = 1) -> Message:
    """The record as it was, addressed to its topic's dead letters; its own headers are kept."""
    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    headers = {
        **record.headers,
        "dlq_error": " ".join(text.split())[:ERROR_LENGTH_MAX],
        "dlq_topic": record.topic,
        "dlq_partition": str(record.partition),
        "dlq_offset": str(record.offset),
        "dlq_attempts": str(attempts),
        "dlq_service": service,
    }
    return Message(dlq(record.topic), record.key or "", record.value or b"", headers)


async def divert(producer: Producer, record: Record, error: BaseException | str, service: str) -> Sent:
    """Publish the dead letter and await its acknowledgement; for consumers without a transaction to put it in."""
    letter = dead_letter(record, error, service=service)
    return await producer.publish_raw(letter.topic, key=letter.key, value=letter.value, headers=letter.headers)

"""The recipients that the settings name."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard_api.domain.flags import Channel, Target


class SettingsTargets:
    """Fixed for the life of the process."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self._targets = tuple(targets)

    def of(self, channel: Channel) -> Sequence[Target]:
        """The recipients that this channel reaches, as listed."""
        return [one for one in self._targets if one.channel is channel]

    def find(self, channel: Channel, target_id: str) -> Target | None:
        """One of them."""
        return next((one for one in self.of(channel) if one.target_id == target_id), None)

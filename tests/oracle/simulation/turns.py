"""Tasks that a seed drives: at every pause any of them may go on, stay asleep or be killed."""

from __future__ import annotations

import types
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, field
from random import Random
from typing import Any

Work = Coroutine[Any, Any, None]


class Killed(BaseException):
    """The process is gone."""


@types.coroutine
def pause() -> Generator[None, None, None]:
    """Something else may happen here."""
    yield


@dataclass
class Task:
    """One loop of one replica; `start` begins it anew after a kill."""

    name: str
    start: Callable[[], Work]
    work: Work
    asleep: int = 0


@dataclass
class Scheduler:
    """Lets one task take one step at a time."""

    rng: Random
    tasks: list[Task] = field(default_factory=list)
    kills: int = 0

    def add(self, name: str, start: Callable[[], Work]) -> None:
        """Begin a loop."""
        self.tasks.append(Task(name, start, start()))

    def run(self, steps: int, *, kill: float, sleep: float) -> None:
        """Take so many steps; `kill` and `sleep` are the chances of a step."""
        for _ in range(steps):
            task = self.rng.choice(self.tasks)
            if task.asleep:
                task.asleep -= 1
            elif self.rng.random() < kill:
                self.kills += 1
                end(task.work)
                task.work = task.start()
            elif self.rng.random() < sleep:
                task.asleep = self.rng.randint(3, 30)
            else:
                task.work.send(None)

    def close(self) -> None:
        """Kill them all."""
        for task in self.tasks:
            end(task.work)


def end(work: Work) -> None:
    """Kill a task where it stands; whatever it had not committed is rolled back."""
    try:
        work.throw(Killed())
    except (Killed, StopIteration, RuntimeError):
        return  # one that has raised is over already
    raise AssertionError("a killed task went on")


def finish(work: Coroutine[Any, Any, Any]) -> Any:
    """Run one piece of work alone to its end."""
    try:
        while True:
            work.send(None)
    except StopIteration as done:
        return done.value

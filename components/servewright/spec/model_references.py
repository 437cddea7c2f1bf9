"""
The models of a spec by name, for the fields that name one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servewright.spec.codes import DUPLICATE, UNKNOWN_MODEL, WRONG_TASK
from servewright.spec.default_name import name_from
from servewright.spec.faults import nearest
from servewright.spec.finding import Finding
from servewright.spec.paths import item

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from servewright.spec.model import Spec
    from servewright.spec.request import Task

_MOST_LISTED = 8


def tasks_of(spec: Spec) -> dict[str, Task]:
    """
    Return the names of all models with what each does.
    """
    return {model.name or name_from(model.source): model.task or "generate" for model in spec.models}


def names_with(spec: Spec, task: Task) -> tuple[str, ...]:
    """
    Return the names of the models that do *task*, in the order of the spec.
    """
    return tuple(name for name, done in tasks_of(spec).items() if done == task)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """
    The models that a field may name: their *tasks* by name, and the *reads* that this rests on.
    """

    tasks: Mapping[str, Task]
    reads: tuple[str, ...]
    task_reads: tuple[str, ...]

    @classmethod
    def of(cls, spec: Spec) -> Known:
        """
        Return the models of *spec*.
        """
        paths = [f"models[{index}]" for index in range(len(spec.models))]
        return cls(
            tasks=tasks_of(spec),
            reads=tuple(f"{path}.{field}" for path in paths for field in ("name", "source")),
            task_reads=tuple(f"{path}.task" for path in paths),
        )

    def judge(self, name: str, path: str, *, task: Task | None = None, why: str = "", also: Iterable[str] = ()) -> Iterator[Finding]:
        """
        Yield what is wrong with *name*, which stands at *path*: no model and none of the names in *also*, or one that does not do *task*,
        which is needed because of *why*.
        """
        if name in self.tasks and task is not None and self.tasks[name] != task:
            others = [other for other, done in self.tasks.items() if done == task]
            hint = f"models that {task}: {_listed(others)}" if others else f"no model of the spec has task {task}"
            message = f"{name} has task {self.tasks[name]}: {why}"
            yield Finding(code=WRONG_TASK, path=path, message=message, hint=hint, reads=(*self.reads, *self.task_reads))
        elif name not in self.tasks and name not in also:
            every = (*self.tasks, *also)
            near = nearest(name, every)
            hint = f"models: {_listed(every)}" if near is None else f"Nearest: {near}. All of them: {_listed(every)}"
            yield Finding(code=UNKNOWN_MODEL, path=path, message="no model of this spec has this name", hint=hint, reads=self.reads)

    def judge_all(
        self, names: Iterable[str] | None, path: str, *, task: Task | None = None, why: str = "", also: Iterable[str] = ()
    ) -> Iterator[Finding]:
        """
        Yield what is wrong with each of *names*, a list at *path*, in which none stands twice.
        """
        seen: set[str] = set()
        for index, name in enumerate(names or ()):
            if name in seen:
                yield Finding(code=DUPLICATE, path=item(path, index), message="stands in the list twice", hint="keep one")
                continue
            seen.add(name)
            yield from self.judge(name, item(path, index), task=task, why=why, also=also)


def _listed(names: Iterable[str]) -> str:
    every = tuple(names)
    more = f" and {len(every) - _MOST_LISTED} more" if len(every) > _MOST_LISTED else ""
    return ", ".join(every[:_MOST_LISTED]) + more

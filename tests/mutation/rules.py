"""Break each of the 33 rules in turn, in a copy of the tree, and see that a test of that very rule fails.

`make mutate-rules` runs this; `ARGS=17` runs those of one rule. It prints a line for each mutant and a summary as JSON,
and exits with 1 when a broken rule goes unnoticed, when the rules' tests fail by themselves, or when the code has moved
on and a mutant no longer applies.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable

from tests.mutation.guards import Verdict, check_copy_is_used, copy_of_tree, environment, judge, run_tests
from tests.mutation.mutants import Mutant
from tests.mutation.rule_mutants import OPEN, RULES

from trueup_devstack import scratch


def rule_of(mutant: Mutant) -> int:
    """The number of the rule that it breaks."""
    return int(mutant.guard[:2])


def line(verdict: Verdict) -> str:
    """One mutant on one line: rule, what was broken, and which test noticed."""
    word = "killed" if verdict.killed else "SURVIVED"
    return f"rule {verdict.mutant.guard:<40} {word:<9} {verdict.seconds:5.1f} s  {verdict.note}"


def summary(verdicts: list[Verdict], seconds: float) -> str:
    """What came of the run, as JSON."""
    return json.dumps(
        {
            "rules": sorted({rule_of(one.mutant) for one in verdicts}),
            "open": OPEN,
            "mutants": len(verdicts),
            "killed": sum(one.killed for one in verdicts),
            "survived": [one.mutant.guard for one in verdicts if not one.killed],
            "seconds": round(seconds, 1),
        }
    )


def files_of(mutants: Iterable[Mutant]) -> tuple[str, ...]:
    """The files that their tests stand in."""
    return tuple(sorted({name for one in mutants for name in one.tests if name.endswith(".py")}))


def main() -> int:
    """Run all, or those of the rules that are named; 0 when each broken rule is noticed."""
    only = {int(argument) for argument in sys.argv[1:]}
    chosen = [one for one in RULES if not only or rule_of(one) in only]
    started = time.monotonic()
    with copy_of_tree() as tree, scratch.postgres() as postgres:
        env = environment(tree, postgres.admin_dsn, "")
        check_copy_is_used(tree, env)
        code, said = run_tests(tree, (*files_of(chosen), "-k", "domain_rule"), env)
        if code != 0:
            print(f"the rules' tests fail with every rule in place (pytest {code}):\n{said}")
            return 1
        verdicts = []
        for mutant in chosen:
            verdicts.append(judge(tree, mutant, env))
            print(line(verdicts[-1]), flush=True)
    print(summary(verdicts, time.monotonic() - started))
    return 0 if all(one.killed for one in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())

"""A process that writes into a gradebook and says what it has kept: python writer.py COURSE ADDRESS NAME COUNT"""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "grading"), str(Path(__file__).parents[3])]

from gradings import QUESTIONS, graded  # noqa: E402

from tito import gradebook  # noqa: E402
from tito.settings import read_course  # noqa: E402


def main(root: str, place: str, name: str, count: int) -> None:
    head = {"module": "02_losses", "seed": 7, "isolation": {}, "questions": QUESTIONS}
    with gradebook.open(read_course(Path(root)), place) as book:
        for number in range(count):
            results = [graded(f"{name}-{number}-{part}", "mse_loss_value") for part in range(5)]
            results.append(graded("everyone", digest=f"{name}-{number}"))
            book.record(head, results)
            book.mark("everyone", "02", "question_why", number % 4, f"{name} {number}", grader=name)
            print(number, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]))

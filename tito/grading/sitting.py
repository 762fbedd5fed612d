"""One submission sits the exam: workers answer, the answers are collected; what hangs or dies costs one question."""

import functools
import signal
import time
from dataclasses import dataclass, field, replace

from tito.grading import wire
from tito.grading.exam import faults
from tito.grading.intake import Piece
from tito.grading.sheet import CRASHED, MEMORY, TIMEOUT, UNREADABLE, Answer, Sheet, Trouble
from tito.grading.worker.answer import drawing

PATIENCE = 30  # times the time limit: what one submission may take in all
SHORTEST = 0.2  # seconds
SHORT = 4096  # bytes of a frame that is kept until its answer is judged
SIGKILL = 9  # Windows has no name for it, and no such end
KILLS = 3  # times that a step may end by SIGKILL before the step is held to be the cause


@dataclass
class Sitting:
    """The state of one submission's exam; `run` returns its sheet. Raises workers.Lost when no worker can be had.

    Without a `key` it is the key that is being made.
    """

    seat: object
    questions: list
    pieces: list[Piece]
    seed: int
    time_limit: float
    wanted: list[int] | None = None
    key: Sheet | None = None
    answers: dict[int, Answer] = field(default_factory=dict)
    troubles: dict[int, Trouble] = field(default_factory=dict)
    skipped: set[int] = field(default_factory=set)
    ends: dict[tuple, int] = field(default_factory=dict)
    hung: dict[str, int] = field(default_factory=dict)
    received: int = 0  # bytes, from all its workers
    end: float = 0
    frames: dict[int, tuple[bytes, Answer]] = field(default_factory=dict)

    def run(self) -> Sheet:
        """Ask every question, with as many workers as it takes."""
        self.end = time.monotonic() + PATIENCE * self.time_limit
        wanted = range(len(self.questions)) if self.wanted is None else self.wanted
        while remaining := [number for number in wanted if number not in self.answers]:
            if time.monotonic() > self.end:
                unasked = Answer(TIMEOUT, message="not asked: the time for the whole submission was used up")
                self.answers |= dict.fromkeys(remaining, unasked)
                break
            self._ask(remaining)
        return Sheet([self.answers[number] for number in wanted], self.troubles, self.frames)

    def _ask(self, remaining: list[int]) -> None:
        """Have one worker run the pieces and answer what remains, until it has or has to be ended."""
        steps = [("piece", n) for n in range(len(self.pieces)) if n not in self.skipped]
        steps += [("question", n) for n in remaining]
        worker = self.seat.worker(self.seed)
        try:
            worker.give(self._job(steps))
            step, status, message = self._collect(worker, steps)
            worker.kill()
        finally:
            worker.close()
        ended = self.seat.end()
        if step is not None:
            self._blame(step, status, message, ended)

    def _job(self, steps: list[tuple]) -> dict:
        chosen = [(n, self.pieces[n]) for kind, n in steps if kind == "piece"]
        pieces = [[n, piece.source, piece.place, piece.module] for n, piece in chosen]
        own = list(dict.fromkeys(piece.module for piece in self.pieces if piece.module))
        return {"own": own, "pieces": pieces, "questions": [n for kind, n in steps if kind == "question"]}

    def _collect(self, worker, steps: list[tuple]) -> tuple:
        """Take in what the worker reports, step by step: the step at which it had to end, with status and message."""
        frames, done = wire.Frames(self.received), 0
        deadline = time.monotonic() + self._limit(steps[0])
        while done < len(steps):
            if time.monotonic() > self.end:
                return None, None, None  # however quick each answer is: the class must not wait for one submission
            data, late = worker.read(deadline - time.monotonic()), time.monotonic() > deadline
            if data == b"":
                return steps[done], CRASHED, ""
            before = done
            self.received += len(data or b"")
            frames.receive(data or b"")
            done = self._as_expected(steps, done, frames)
            try:
                for frame in frames.complete():
                    if done == len(steps):
                        break  # it says more than it was asked: nobody listens
                    memory_gone = self._take(steps[done], frame)
                    done = self._as_expected(steps, done + 1, frames)
                    if memory_gone:
                        return None, None, None  # what filled its memory may still be there: a fresh worker goes on
            except wire.Unreadable as error:
                return steps[min(done, len(steps) - 1)], UNREADABLE, str(error)
            if done > before:
                deadline = time.monotonic() + self._limit(steps[min(done, len(steps) - 1)])
            elif late:  # also when bytes drip in that make no answer
                return steps[done], TIMEOUT, f"no answer within {self._limit(steps[done]):g} s"
        return None, None, None

    def _as_expected(self, steps: list[tuple], done: int, frames: wire.Frames) -> int:
        """The step after those whose messages need not be read: to the byte, "it ran" or an answer known as right."""
        for step in steps[done:]:
            kind, number = step
            if kind == "question" and not self.key:
                break
            if not frames.skip([_ran_well(number)] if kind == "piece" else self.key.right[number]):
                break
            self.ends.pop(step, None)
            if kind == "piece":
                self.troubles.pop(number, None)
            else:
                self.answers[number] = self.key.frames[number][1]
            done += 1
        return done

    def _take(self, step: tuple, frame: bytes) -> bool:
        """Record a report if it is about this step; whether it says that memory ran out. Raises Unreadable."""
        kind, number = step
        header, payload = wire.opened(frame)
        if header.get(kind) != number or type(header.get(kind)) is not int:
            raise wire.Unreadable("a message out of turn")
        if kind == "piece":
            trouble = wire.read_trouble(header, payload)
            self.ends.pop(step, None)  # it went well this time; a message that cannot be read did not
            self.troubles.pop(number, None)
            if trouble:
                self.troubles[number] = trouble
            return False
        answer = wire.read_answer(header, payload)
        if not self.key:
            answer = self._with_faults(number, answer)
        if not self.key or len(frame) <= SHORT:
            self.frames[number] = frame, answer
        self.answers[number] = answer
        self.ends.pop(step, None)
        return answer.status == MEMORY

    def _with_faults(self, number: int, answer: Answer) -> Answer:
        """The key's answer, which may know what no worker is told: which of the cases is wrong, and how."""
        question = self.questions[number]
        told = faults(drawing(self.seed, question.name), question.cases) if question.cases else ()
        return replace(answer, faults=told) if len(told) == len(answer.leaves) else answer

    def _limit(self, step: tuple) -> float:
        """Seconds for a step; half as long each time its exercise hangs, for a class must not wait for one loop."""
        kind, number = step
        if kind == "piece":
            return self.time_limit
        question = self.questions[number]
        limit = question.time_limit or self.time_limit
        return max(limit / 2 ** self.hung.get(question.exercise, 0), min(SHORTEST, limit))

    def _blame(self, step: tuple, status: str, message: str, ended: int | None) -> None:
        """Charge the step at which a worker ended; a death or garbage only when a fresh worker meets it again.

        The cause may lie outside (a zygote killed, a machine out of memory) or in what an earlier step left behind.
        """
        kind, number = step
        self.ends[step] = self.ends.get(step, 0) + 1
        outside = status == CRASHED and (ended is None or _killed(ended))
        if status in (CRASHED, UNREADABLE) and self.ends[step] <= (KILLS if outside else 1):
            return
        if status == CRASHED:
            message = _how_it_ended(ended)
        if kind == "piece":
            self.skipped.add(number)
            self.troubles[number] = Trouble(number, status, message=message, where=self.pieces[number].place)
            return
        if status == TIMEOUT:
            exercise = self.questions[number].exercise
            self.hung[exercise] = self.hung.get(exercise, 0) + 1
        self.answers[number] = Answer(status, message=message)


@functools.lru_cache(maxsize=1024)
def _ran_well(number: int) -> bytes:
    return wire.encode({"piece": number})


def _killed(ended: int) -> bool:
    return ended == -SIGKILL


def _how_it_ended(ended: int | None) -> str:
    if ended is None:
        return "the process ended"
    if ended < 0:
        return f"the process was ended by signal {-ended} ({signal.strsignal(-ended) or 'a signal'})"
    return f"the code ended its process with exit code {ended}"

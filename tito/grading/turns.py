"""The sheets of solutions that differ from the reference in one piece: several to a worker, a third of the time.

Their author is the course's, but one may still write into what others are asked with. So the reference itself takes the
last turn: where it does not answer as in the key, or anything else goes wrong, each solution sits alone.
"""

import time
from dataclasses import replace

from tito.grading import wire
from tito.grading.prepare import Exam
from tito.grading.sheet import MEMORY, Answer, Sheet
from tito.grading.sitting import PATIENCE, Sitting

MOST = 40  # solutions to a worker


class Unsure(Exception):
    """Turns that did not go as they should."""


class Turns:
    """Sittings of solutions with other sources in place of the reference's piece number `turning`."""

    def __init__(self, exam: Exam, key: Sheet, seed: int, time_limit: float, turning: int, wanted: list[int]):
        self.exam, self.key, self.seed, self.time_limit = exam, key, seed, time_limit
        self.turning, self.wanted = turning, wanted
        self.longest = max(exam.questions[number].time_limit or time_limit for number in wanted)

    def sheets(self, seat, sources: list[str]) -> list[Sheet]:
        """A sheet for each source, with the answers to the wanted questions. Raises workers.Lost."""
        found = []
        for start in range(0, len(sources), MOST):
            some = sources[start : start + MOST]
            try:
                found += self._together(seat, some) if len(some) > 1 else [self._alone(seat, some[0])]
            except (Unsure, wire.Unreadable):
                found += [self._alone(seat, source) for source in some]
        return found

    def _alone(self, seat, source: str) -> Sheet:
        pieces = [replace(p, source=source) if n == self.turning else p for n, p in enumerate(self.exam.reference)]
        return Sitting(seat, self.exam.questions, pieces, self.seed, self.time_limit, self.wanted, self.key).run()

    def _together(self, seat, sources: list[str]) -> list[Sheet]:
        """The sheets of several solutions from one worker. Raises Unsure, Unreadable or workers.Lost."""
        pieces = [[n, piece.source, piece.place, piece.module] for n, piece in enumerate(self.exam.reference)]
        turns = [*sources, self.exam.reference[self.turning].source]
        facts = {"pieces": pieces, "questions": self.wanted, "turning": self.turning, "draw_from": self.seed}
        length = len(pieces) + len(self.wanted)
        worker = seat.worker(self.seed)
        try:
            worker.give(facts | {"turns": turns})
            frames = self._frames(worker, length * len(turns))
            worker.kill()
        finally:
            worker.close()
            seat.end()
        *sheets, last = [self._sheet(frames[n : n + length]) for n in range(0, len(frames), length)]
        if any(answer is not self.key.frames[n][1] for n, answer in zip(self.wanted, last.answers, strict=True)):
            raise Unsure
        return sheets

    def _frames(self, worker, count: int) -> list[bytes]:
        """As many frames as are due. Raises Unsure where one, or all, do not come in time."""
        frames, found, start = wire.Frames(), [], time.monotonic()
        deadline, end = start + self.longest, start + PATIENCE * self.longest
        while len(found) < count:
            data = worker.read(deadline - time.monotonic())
            more = list(frames.feed(data or b""))
            now = time.monotonic()
            if data == b"" or now > (end if more else deadline):
                raise Unsure
            deadline = now + self.longest if more else deadline
            found += more
        return found

    def _sheet(self, frames: list[bytes]) -> Sheet:
        """The sheet of one turn: a report on each piece, then the answers."""
        sheet, pieces = Sheet([]), len(self.exam.reference)
        for number, frame in enumerate(frames[:pieces]):
            header, payload = _about(frame, "piece", number)
            if trouble := wire.read_trouble(header, payload):
                sheet.troubles[number] = trouble
        for number, frame in zip(self.wanted, frames[pieces:], strict=True):
            sheet.answers.append(self._answer(number, frame))
        return sheet

    def _answer(self, number: int, frame: bytes) -> Answer:
        """The key's own answer where it is that to the byte. Raises Unsure for one that had no memory left."""
        known, answer = self.key.frames[number]
        if frame == known:
            return answer
        found = wire.read_answer(*_about(frame, "question", number))
        if found.status == MEMORY:
            raise Unsure
        return found


def _about(frame: bytes, kind: str, number: int) -> tuple[dict, bytes]:
    header, payload = wire.opened(frame)
    if header.get(kind) != number:
        raise Unsure
    return header, payload

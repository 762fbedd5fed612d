"""Grading: an exam, answer sheets, and a judge. The process that knows the answers never runs student code, and the
process that runs student code never sees an answer.

The way of a submission, by file:

    batch     seats several submissions at a time                               judge's side
    prepare   the exam, the reference solution, and what decides a mark         judge's side
    intake    finds a submission and reads it; pieces cuts it, stack adds
              the student's own earlier lessons                                 judge's side
    examiner  takes it from its file to its result; makes the key first         judge's side
    seats     of the kind that this system has: workers, handles on zygotes
              that fork; spawned, where nothing can be forked (job: what
              Windows puts around such a process)                               judge's side
    sitting   asks the questions, with deadlines; a fresh worker after a death  judge's side
      wire, sheet, exam     frames, answers, questions                          both sides
      worker/zygote         forks a confined worker for each submission;
                            immortal spares each a copy of what it shares       student's side
      worker/alone          is one, where nothing can be forked                 student's side
      worker/confine        takes away what a worker does not need: landlock,
                            sandbox; probe tries whether it is gone             student's side
      worker/sit, answer    runs the code and answers                           student's side
    judge     compares a sheet with the key                                     judge's side
    marks     points by exercise and aspect; results keep them                  judge's side
    journal   keeps each result as it comes; a rerun goes on from there
              (disk: what the systems' files differ in)                         judge's side
    grades    table, grades.csv, grades.json                                    judge's side

What the judge cannot know: a worker's memory is the student's, so all that is said there can be forged by code that has
rewritten the exam in it. Numbers that only right code computes are worth no forgery, and where a word is the answer,
`cases` hides which one is right, and is forgotten before student code runs. What every seed has the same answer for,
such as names, truth values and extremes, needs no code of whoever knows it: 26 of 48 points in module 03, 15 of 81 in
module 04, at most 11 in any other. Two answers remain that code with right values could forge on purpose: that its
inputs are as they were (sent back for the judge to compare, they could be copies made before), and the slopes of module
04 (differences of its own values in place of those of a recorded graph). It earns the marks of these questions by that,
never those of values. Only a judge that replays the graph itself could tell, and it would have to trust student code to
say what the graph is. Who reads the code sees such a forgery at once.

The reference's cells meet a student's in one process in one place alone: when the marks stand, the diagnosis tries a
cell that is wrong among them, if it names nothing by which code looks into other code (beside). All that leaves this
process is which other exercises go wrong as the student's do.
"""


def grade(course, path, module="04", **options):
    """Grade the submissions in `path` (a folder, or one file) and return their Grades.

    Options: `workers` at once (one a core), `seed` (fresh), `time_limit` seconds a question (2.0), `memory_limit` bytes
    a worker (1 GiB), `unsafe` to go on where workers cannot be confined, `only` some exercises' names, `own_stack` to
    grade on the student's own earlier lessons, and `on_result(result, done, total)`, called in this thread as each is
    finished. With `out`, a folder, results are kept there as they come, in a journal; grades.csv and grades.json follow
    at the end, and the Grades hold rows alone. A rerun goes on from there: what is unchanged is not graded again unless
    `fresh`, and what is, draws from a new seed where none is given. Ctrl-C ends the batch early: what is finished is
    returned, with `interrupted` set. Raises Problem for what the caller can put right.
    """
    from tito.grading import batch

    return batch.grade(course, path, module, **options)


def isolation() -> str:
    """What confines a worker on this machine, found by trying."""
    from tito.grading import seats, workers

    try:
        held = seats.probe()
    except workers.Lost as error:
        return f"none: no worker starts here: {error}"
    missing = [name for name, holds in held.items() if not holds]
    kept = ", ".join(name for name, holds in held.items() if holds)
    return f"confined: {kept}" + (f"; NOT confined: {', '.join(missing)}" if missing else "")

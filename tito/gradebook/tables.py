"""What is kept. Rows are only added; a roster may change or take off a student's, and a merge says whose others are."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, MetaData, Table, Text

meta = MetaData()

schema = Table("schema_version", meta, Column("version", Integer, nullable=False))

student = Table(
    "student",
    meta,
    Column("id", Text, primary_key=True),  # the name of the submission: a file's, a folder's
    Column("name", Text, nullable=False, default=""),
    Column("email", Text, nullable=False, default=""),
    Column("section", Text, nullable=False, default=""),
    Column("canvas_id", Text, nullable=False, default=""),
    Column("sis_id", Text, nullable=False, default=""),
    Column("login", Text, nullable=False, default=""),
)

run = Table(
    "run",
    meta,
    Column("id", Text, primary_key=True),  # the fingerprint of all that decides a mark
    Column("module", Text, nullable=False),  # the lesson's folder: 04_losses
    Column("seed", BigInteger),
    Column("isolation", Text, nullable=False),  # JSON
    Column("questions", Text, nullable=False),  # JSON, as in the journal's first line
)

attempt = Table(
    "attempt",
    meta,
    Column("id", Integer, primary_key=True),
    Column("student", Text, ForeignKey("student.id"), nullable=False),
    Column("module", Text, nullable=False),
    Column("run", Text, ForeignKey("run.id"), nullable=False),
    Column("key", Text, nullable=False, unique=True),  # the same grading is recorded once
    Column("file", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("points", Float),
    Column("possible", Float),
    Column("graded_at", Text, nullable=False),  # times are UTC: 2026-11-20T23:59:00Z
    Column("recorded_at", Text, nullable=False),
    Column("detail", Text, nullable=False),  # JSON: the journal's line
    Index("attempt_of", "module", "student"),
)

handed_in = Table(
    "handed_in",
    meta,
    Column("id", Integer, primary_key=True),
    Column("student", Text, ForeignKey("student.id"), nullable=False),
    Column("module", Text, nullable=False),
    Column("digest", Text, nullable=False),  # of the files, as an attempt has it
    Column("original", Text, nullable=False),  # the name under which it came
    Column("submitted_at", Text, nullable=False),  # "" where it is not known
    Column("late", Integer, nullable=False),  # 1 where the place it came from says so
    Column("at", Text, nullable=False),
    Index("handed_in_of", "module", "student"),
)

manual = Table(
    "manual",
    meta,
    Column("id", Integer, primary_key=True),
    Column("student", Text, ForeignKey("student.id"), nullable=False),
    Column("module", Text, nullable=False),
    Column("exercise", Text, nullable=False),
    Column("kind", Text, nullable=False),  # mark, override, comment or late
    Column("points", Float),  # of `late`: days
    Column("comment", Text, nullable=False),
    Column("grader", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("attempt", Integer),  # that the points were given on: 0 for none; NULL where nobody knows or it is all one
    Column("until", Text, nullable=False, default=""),  # of `late`: a deadline of the student's own
    Index("manual_of", "module", "student"),
)

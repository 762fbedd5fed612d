CREATE TABLE run (
	id TEXT NOT NULL,
	module TEXT NOT NULL,
	seed BIGINT,
	isolation TEXT NOT NULL,
	questions TEXT NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE schema_version (
	version INTEGER NOT NULL
);
CREATE TABLE student (
	id TEXT NOT NULL,
	name TEXT NOT NULL,
	email TEXT NOT NULL,
	section TEXT NOT NULL,
	canvas_id TEXT NOT NULL,
	sis_id TEXT NOT NULL,
	login TEXT NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE attempt (
	id INTEGER NOT NULL,
	student TEXT NOT NULL,
	module TEXT NOT NULL,
	run TEXT NOT NULL,
	"key" TEXT NOT NULL,
	file TEXT NOT NULL,
	digest TEXT NOT NULL,
	status TEXT NOT NULL,
	message TEXT NOT NULL,
	points FLOAT,
	possible FLOAT,
	graded_at TEXT NOT NULL,
	recorded_at TEXT NOT NULL,
	detail TEXT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(student) REFERENCES student (id),
	FOREIGN KEY(run) REFERENCES run (id),
	UNIQUE ("key")
);
CREATE INDEX attempt_of ON attempt (module, student);
CREATE TABLE handed_in (
	id INTEGER NOT NULL,
	student TEXT NOT NULL,
	module TEXT NOT NULL,
	digest TEXT NOT NULL,
	original TEXT NOT NULL,
	submitted_at TEXT NOT NULL,
	late INTEGER NOT NULL,
	at TEXT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(student) REFERENCES student (id)
);
CREATE INDEX handed_in_of ON handed_in (module, student);
CREATE TABLE manual (
	id INTEGER NOT NULL,
	student TEXT NOT NULL,
	module TEXT NOT NULL,
	exercise TEXT NOT NULL,
	kind TEXT NOT NULL,
	points FLOAT,
	comment TEXT NOT NULL,
	grader TEXT NOT NULL,
	why TEXT NOT NULL,
	at TEXT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(student) REFERENCES student (id)
);
CREATE INDEX manual_of ON manual (module, student);
INSERT INTO schema_version VALUES (1);
INSERT INTO student VALUES ('ada', 'Ada Lovelace', 'ada@example.org', 'A', '', '', '');

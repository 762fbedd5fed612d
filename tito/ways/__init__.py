"""Ways to and from the places where instructors work. Each format is in one file.

sheet        CSV: read as spreadsheets and learning platforms write it, written so that no cell is a formula
people       whose row of someone else's table is whose in the gradebook
canvas       its gradebook as CSV, filled in; the names in its zips of submissions
moodle       its grading worksheet, filled in; the names in its zips of submissions
nbgrader     the columns of `nbgrader export`
arrivals     a class's zip: the files of each student, told by the names in it
owners       whose each submission of a zip is
collect      a class's zip, laid out for `tito grade`
hand_back    the pages of a report in a zip, each under the name that a submission came by
export       a module's marks in one of these formats
totals       the whole course in one table
gradescope   an autograder.zip, and the results.json that it writes
classroom    a GitHub Classroom workflow that runs the student-side tests
show         what `tito collect` prints
"""

"""What an author does: checks a lesson, releases it, tries the whole line."""

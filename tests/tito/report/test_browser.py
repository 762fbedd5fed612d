"""The pages in Chromium: without network or errors, accessible in light and dark, on a phone, on paper, and large."""

import re

import pytest
from reported import HOSTILE, RUN, hostile, small_class

from tito.report import files
from tito.report.pages import TEMPLATES
from tito.report.reading import readings
from tito.report.text import file_name
from tito.settings import find_course
from tito.similarity import Match, Pair

PAIRS = [
    Pair("ada", "bob", 0.9, 40, ("mse_loss",), [Match("mse_loss", [("x = 1", True)], "l1_loss", [("y" * 300, False)])])
]
PAGES = {"right": "ada", "wrong": "bob", "through": "cleo", "unreadable": "dan", "unwritten": "eve", "by hand": "fay"}


@pytest.fixture
def reports(lesson, tmp_path):
    """The pages of the small class and of hostile students, by what they show."""
    found = small_class() + [hostile(text) for text in HOSTILE]
    files.write(lesson, RUN, found, tmp_path, PAIRS)
    named = {what: tmp_path / file_name(student) for what, student in PAGES.items()}
    named |= {f"hostile {n}": tmp_path / file_name(text) for n, text in enumerate(HOSTILE)}
    return named | {"class": tmp_path / "index.html"}


def opened_up(page):
    """With all that is folded unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    return page


def test_no_page_fails_asks_for_anything_or_runs_what_a_student_wrote(reports, look):
    for path in reports.values():
        page = look(path)
        assert page.noted == [] and page.asked == [path.as_uri()]
        assert page.evaluate("document.title").startswith("02")


def test_what_a_student_smuggled_in_would_not_run_either(reports, look):
    path = reports["right"]
    path.write_text(path.read_text().replace("</main>", "<script>document.title = 'owned'</script></main>"))
    page = look(path)
    assert page.evaluate("document.title") != "owned" and "Content Security Policy" in page.noted[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("what", ["wrong", "through", "by hand", "hostile 0", "class"])
def test_a_page_is_accessible(reports, look, faults, what, scheme):
    page = opened_up(look(reports[what], scheme=scheme, bypass_csp=True))
    assert faults(page) == {} and {"color-contrast", "heading-order"} <= faults.rules


def test_axe_sees_a_planted_fault(reports, look, faults):
    page = look(reports["wrong"], bypass_csp=True)
    page.add_style_tag(content=".soft { color: #ccc !important }")
    assert "color-contrast" in faults(page)


@pytest.mark.parametrize("width", [360, 768])
def test_no_page_scrolls_sideways_on_a_small_screen(reports, look, width):
    for what, path in reports.items():
        page = opened_up(look(path, width=width))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, what


def test_no_formula_of_a_lesson_is_cut_or_has_a_scroll_bar_of_its_own(tmp_path, look):
    losses = readings(find_course(__file__).catalogue.find("04")).values()
    formulas = [formula for reading in losses for formula, _ in reading.formulas]
    path, style = tmp_path / "formulas.html", (TEMPLATES / "style.css").read_text()
    path.write_text(f"<!doctype html><style>{style}</style><div class=read>{''.join(formulas)}</div>")
    cut = look(path).eval_on_selector_all("math", "all => all.map(m => m.scrollHeight - m.clientHeight)")
    bars = look(path).eval_on_selector_all("math", "all => all.map(m => getComputedStyle(m).overflowY != 'hidden')")
    assert len(cut) > 10 and max(cut) <= 1, "a pixel of roundness, and none of the formula"
    assert not any(pixels and bar for pixels, bar in zip(cut, bars, strict=True))


def test_no_name_covers_marks(reports, look):
    page = look(reports["class"])
    seen = page.evaluate(
        """[...document.querySelectorAll("#students tbody tr")].flatMap(row => [1, 2, 3].map(n => {
            row.scrollIntoView()
            const box = row.cells[n].getBoundingClientRect()
            const places = [1, box.width / 2, box.width - 1].map(x => [box.x + x, box.y + box.height / 2])
            return places.every(at => document.elementFromPoint(...at) === row.cells[n])
        }))"""
    )
    assert len(seen) > 30 and all(seen)


def test_a_page_reads_the_same_in_print(reports, look):
    page = look(reports["class"])
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.is_visible("#tools") and page.is_visible("text=Ada Lovelace")
    assert page.pdf()[:4] == b"%PDF"


def names(page) -> list[str]:
    return page.eval_on_selector_all(
        "#students tbody tr", "rows => rows.map(row => row.querySelector('a').textContent)"
    )


def test_the_table_sorts_and_filters_by_keyboard(reports, look):
    page = look(reports["class"])
    assert names(page)[:3] == ["Ada Lovelace", "bob", "cleo"]
    page.focus("#students thead th:nth-child(3) button")
    page.keyboard.press("Enter")
    assert page.get_attribute("#students thead th:nth-child(3)", "aria-sort") == "descending"
    points = page.eval_on_selector_all("#students tbody td:nth-child(3)", "cells => cells.map(c => +c.dataset.v)")
    assert points == sorted(points, reverse=True) and points[-1] == -1
    page.keyboard.press("Enter")
    assert page.get_attribute("#students thead th:nth-child(3)", "aria-sort") == "ascending"
    page.focus("#filter")
    page.keyboard.type("lovelace")
    assert names(page) == ["Ada Lovelace"] and page.inner_text("#where") == "1–1 of 1"
    page.fill("#filter", "<script>")
    assert names(page) == [HOSTILE[0]]


def test_who_has_a_misconception_is_shown_in_the_table(reports, look):
    page = opened_up(look(reports["class"]))
    page.click("li:has-text('You halve') button")
    assert names(page) == ["bob", "cleo"] and "mse_loss, half" in page.inner_text("#only")
    page.click("#everyone")
    assert len(names(page)) == len(small_class()) + len(HOSTILE)


def test_without_javascript_every_student_is_there(reports, look):
    page = look(reports["class"], java_script_enabled=False)
    count = len(re.findall("<tr", page.inner_html("#students tbody")))
    assert count == len(small_class()) + len(HOSTILE) and page.is_visible("text=Ada Lovelace")
    assert not page.is_visible("#tools")


def test_a_large_class_keeps_few_of_its_rows_in_the_page(lesson, tmp_path, look):
    from reported import student

    found = [student(f"student-{n:04}", *(["mse_loss_value"] if n % 2 else [])) for n in range(2000)]
    files.write(lesson, RUN, found, tmp_path)
    page = look(tmp_path / "index.html")
    assert len(names(page)) == 100 and page.inner_text("#where") == "1–100 of 2000"
    page.click("#on")
    assert names(page)[0] == "student-0100"
    page.fill("#filter", "student-1999")
    assert names(page) == ["student-1999"]
    page.fill("#filter", "")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(names(page)) == 2000
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert len(names(page)) == 100

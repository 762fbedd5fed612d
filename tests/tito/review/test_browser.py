"""The pages in Chromium: keyboard first, whole without JavaScript, and safe from what students write."""

import pytest
from chromium import barriers


@pytest.fixture
def page(browser):
    """A fresh page that notes what goes wrong in it and what it asks others for."""
    context = browser.new_context()
    page = context.new_page()
    page.noted, page.asked = [], []
    page.on("pageerror", lambda error: page.noted.append(str(error)))
    page.on("console", lambda message: page.noted.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: page.asked.append(request.url))
    yield page
    context.close()


def start(page, running, script: bool = True):
    page.goto(running.address)
    page.click("#start")
    if script:
        shown(page)


def shown(page):
    """Chromium takes no keys before a page is painted."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_a_class_is_marked_by_keyboard_alone(page, review, given):
    start(page, review())
    assert "token" not in page.url
    for key in "0101":
        page.keyboard.press(key)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        shown(page)
    assert sorted(mark[0] for mark in given().values()) == [0.0, 0.0, 1.0, 1.0]
    assert "Everything is marked" in page.inner_text("body") and page.noted == []


def test_keys_move_comment_save_and_explain(page, review, given):
    start(page, review("ann", "--names"))
    assert "ada" in page.inner_text("h1")
    page.keyboard.press("j")
    page.wait_for_function("document.querySelector('h1').textContent.includes('ben')")
    shown(page)
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("document.querySelector('h1').textContent.includes('ada')")
    shown(page)
    page.keyboard.press("Enter")
    assert given() == {}
    page.keyboard.press("c")
    page.keyboard.type("j k 1 ? stay letters here")
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    shown(page)
    assert "ada" in page.inner_text("h1") and given() == {"ada": (None, "j k 1 ? stay letters here", "ann")}
    page.keyboard.press("?")
    assert page.is_visible("#keys")
    page.keyboard.press("Escape")
    assert not page.is_visible("#keys") and page.noted == []


def test_what_was_typed_is_saved_on_the_way_to_the_next(page, review, given):
    start(page, review("ann", "--names"))
    page.keyboard.press("1")
    with page.expect_navigation():
        page.keyboard.press("j")
    shown(page)
    assert "ben" in page.inner_text("h1") and given() == {"ada": (1.0, "", "ann")}
    page.keyboard.press("1")
    with page.expect_navigation():
        page.click("text=← Previous")
    assert "ada" in page.inner_text("h1") and page.input_value("#points") == "1" and len(given()) == 2


def test_a_page_that_is_still_loading_when_its_mark_is_saved_does_not_ask_whether_to_leave(page, review, given):
    start(page, review("ann", "--names"))
    late = "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: false}))"
    page.evaluate(f"document.getElementById('form').addEventListener('submit', () => {late})")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.keyboard.press("1")
    with page.expect_navigation():
        page.keyboard.press("j")
    assert "ben" in page.inner_text("h1") and asked == []


def test_empty_answers_get_0_and_lose_it_again_by_keyboard(page, review, given):
    start(page, review("ann", "--names"))
    for wanted in ({"cleo": (0.0, "", "ann")}, {"cleo": (None, "", "ann")}):
        page.keyboard.press("e")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        shown(page)
        assert given() == wanted and page.noted == []


def test_two_browsers_that_mark_the_same_answer_at_once_lose_nothing(browser, review, given):
    pages = {}
    for grader in ("ann", "bob"):
        pages[grader] = browser.new_context().new_page()
        start(pages[grader], review(grader, "--names"))
    ann, bob = pages.values()
    for page, points in ((ann, "1"), (bob, "0")):
        page.fill("#points", points)
        page.fill("#comment", f"{points} for this")
    with ann.expect_navigation():
        ann.click("text=Save and next")
    with bob.expect_navigation():
        bob.click("text=Save and next")
    assert "ann was quicker" in bob.inner_text("[role=alert]")
    assert "1 for this" in bob.inner_text("#theirs") and "0 for this" in bob.inner_text("#yours")
    assert given() == {"ada": (1.0, "1 for this", "ann")}
    with bob.expect_navigation():
        bob.click("text=Put mine in its place")
    assert given() == {"ada": (0.0, "0 for this", "bob")}
    for page in pages.values():
        page.context.close()


def test_a_hostile_answer_stays_text(page, review):
    running = review("ann", "--names")
    start(page, running)
    page.on("dialog", lambda dialog: page.noted.append(dialog.message) or dialog.dismiss())
    for _ in range(3):
        with page.expect_navigation():
            page.keyboard.press("j")
        shown(page)
    written = page.inner_text("#answer")
    for text in ("<script>document.title", "onerror=", "[a link](javascript:alert(1))", "![a picture]", "<!-- hidden"):
        assert text in written
    assert "evil.example" in written and page.title() == "question_why, 4 of 4"
    assert page.query_selector_all("#answer a, #answer img, #answer script, #answer [style]") == []
    assert page.noted == []
    assert all(url.startswith(f"http://127.0.0.1:{running.port}/") for url in page.asked)


WIDE = {
    "ada": "|" + "a|" * 39 + "\n|" + "-|" * 39 + "\n|" + ("W" * 50 + "|") * 39,  # a table
    "ben": "क्" * 400,  # one letter to a browser, which breaks none
}


@pytest.mark.parametrize("width", [360, 1280])
def test_an_answer_of_any_width_stays_in_its_place(browser, review, hand_in_again, width):
    for student, answer in WIDE.items():
        hand_in_again(student, answer)
    page = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True).new_page()
    start(page, review("ann", "--names"))
    for _ in WIDE:
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate("(box => box.scrollWidth > box.clientWidth)(document.getElementById('answer'))")
        assert barriers(page) == {}
        page.focus("#answer")
        page.keyboard.press("ArrowRight")  # scrolls it, and leads nowhere
        page.wait_for_function("document.getElementById('answer').scrollLeft > 0")
        with page.expect_navigation():
            page.keyboard.press("j")
        shown(page)
    page.context.close()


def test_it_works_without_javascript(browser, review, given):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    start(page, review("ann", "--names"), script=False)
    page.fill("#points", "1")
    page.fill("#comment", "Good.")
    page.click("text=Save and next")
    assert "ben" in page.inner_text("h1") and "Kept: ada, 1 of 1: Good." in page.inner_text("[role=status]")
    page.click("text=back to it")
    assert page.input_value("#comment") == "Good." and given() == {"ada": (1.0, "Good.", "ann")}
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_keeps_nobody_out_in_either_scheme(browser, review, scheme):
    context = browser.new_context(color_scheme=scheme, viewport={"width": 360, "height": 700}, bypass_csp=True)
    page = context.new_page()
    start(page, review())
    assert barriers(page) == {}
    page.fill("#points", "9")
    page.click("text=Save and next")
    assert page.is_visible("[role=alert]") and barriers(page) == {}
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    ink, paper = page.evaluate("(s => [s.color, s.backgroundColor])(getComputedStyle(document.body))")
    assert (_light(ink) < 100 < _light(paper)) == (scheme == "light")
    context.close()


def _light(colour: str) -> float:
    return sum(float(part) for part in colour.strip("rgb()").split(",")) / 3


def test_a_mark_that_still_holds_for_a_rewritten_answer_is_kept_again_by_one_key(page, review, hand_in_again, given):
    running = review("ann", "--names")
    start(page, running)
    page.keyboard.press("1")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    hand_in_again("ada", "## Why?\n\nAnother answer.")
    page.goto(f"http://127.0.0.1:{running.port}/01_first/question_why/")
    shown(page)
    assert "Marked on an earlier attempt." in page.inner_text("form") and "0 of 4 marked" in page.inner_text("header")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "1 of 4 marked" in page.inner_text("header") and given() == {"ada": (1.0, "", "ann")} and page.noted == []

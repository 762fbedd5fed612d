"""Who gets in: the holder of the token, at this machine's own address, through our own forms."""

import socket
import time
from pathlib import Path

import pytest

OURS = ("01_first", "question_why", "Because", "ada")


def test_nobody_gets_in_without_the_token(review):
    running = review()
    for path in ("/", "/01_first/", "/01_first/question_why/", "/style.css", "/?token=", "/?token=guess"):
        status, _, text = running.ask(path)
        assert status == 403 and not any(word in text for word in OURS), path
    assert running.ask("/", cookie=f"tito_review_{running.port}=guess")[0] == 403
    assert running.ask("/", cookie=f"tito_review_{running.port}=")[0] == 403


def test_the_token_becomes_a_cookie_that_no_script_and_no_other_site_can_use(review):
    running = review()
    token = running.address.partition("token=")[2]
    status, headers, _ = running.ask(f"/?token={token}")
    assert (status, headers["Location"]) == (303, "/")
    cookie = headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    running.cookie = cookie.partition(";")[0]
    assert running.ask("/01_first/")[0] == 200


def test_what_the_browser_is_started_with_lets_in_once(review, tmp_path):
    """Others on the machine can read the words that a program is started with."""
    browser, new = tmp_path / "browser", tmp_path / "new"
    browser.write_text(f'#!/bin/sh\necho "$1" > {new} && mv {new} {tmp_path / "started"}\n')
    browser.chmod(0o755)
    running = review(browser=f"{browser} %s")
    deadline = time.monotonic() + 60
    while not (tmp_path / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    address = (tmp_path / "started").read_text().strip()
    assert address != running.address
    ticket = address.partition(str(running.port))[2]
    status, headers, _ = running.ask(ticket)
    assert status == 303
    assert running.ask(ticket)[0] == 403, "used up"
    assert running.ask("/01_first/", cookie=headers["Set-Cookie"].partition(";")[0])[0] == 200
    assert running.ask(running.address.partition(str(running.port))[2])[0] == 303, "what is printed lasts"


def test_another_name_for_this_machine_is_refused_even_with_the_cookie(review):
    running = review()
    running.enter()
    for host in ("evil.example", f"evil.example:{running.port}", "127.0.0.1", f"127.0.0.1:{running.port}.evil.example"):
        assert running.ask("/01_first/", host=host)[0] == 403, host
        assert running.ask(running.address.partition(str(running.port))[2], host=host)[0] == 403, host
    assert running.ask("/01_first/", host=f"localhost:{running.port}")[0] == 200


def test_a_form_that_is_not_ours_changes_nothing(review, given):
    running = review()
    running.enter()
    path, fields = running.form("question_why")
    assert running.ask(path, {"points": "1", "seen": "0"})[0] == 403
    assert running.ask(path, {"points": "1", "seen": "0", "form": "guess"})[0] == 403
    assert running.ask(path, fields | {"points": "1"}, cookie="")[0] == 403
    assert given() == {}
    assert running.ask(path, fields | {"points": "1"})[0] == 303
    assert len(given()) == 1


def test_a_page_runs_nothing_and_loads_nothing_of_others(review):
    running = review()
    running.enter()
    for path in ("/01_first/", running.form("question_why")[0], "/nothing", "/review.js"):
        headers = running.ask(path)[1]
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy and headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"


def test_more_than_any_form_is_taken_from_nobody(review):
    running = review()
    with socket.create_connection(("127.0.0.1", running.port), timeout=60) as connection:
        head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\nContent-Length: {1 << 29}\r\n\r\n"
        connection.sendall(head.encode())  # and no more: the answer does not wait for the rest
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the sockets of this machine are listed by Linux alone")
def test_it_listens_on_loopback_alone(review):
    port = f"{review().port:04X}"
    lines = [line.split() for name in ("tcp", "tcp6") for line in open(f"/proc/net/{name}") if ":" in line]
    listening = {line[1] for line in lines if line[1].endswith(f":{port}") and line[3] == "0A"}
    assert listening == {f"0100007F:{port}"}


def test_a_port_that_is_taken_is_said_to_be(review, course):
    from course_fixture import tito

    taken = review().port
    done = tito(course.root, "review", "01", "--no-open", "--port", taken)
    assert done.returncode == 2 and f"port {taken}" in done.stderr

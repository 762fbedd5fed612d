"""Who may look: whoever has the token, at this machine's own address; and only our own forms change anything."""

import hmac
import secrets

from flask import abort, redirect, request

POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'"
HEADERS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """Looks at each request before a page is made; one for each server."""

    def __init__(self, app):
        self.token, self.form = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.tickets: list[str] = []  # each lets one in, once
        self.hosts, self.cookie = set(), "tito_review"
        app.before_request(self.admit)
        app.after_request(self.seal)

    def listen(self, port: int) -> str:
        """Take in the port; returns the address that lets one in."""
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.cookie = f"tito_review_{port}"  # cookies do not tell ports apart
        return f"http://127.0.0.1:{port}/?token={self.token}"

    def ticket(self, port: int) -> str:
        """An address that lets one in once: what a browser is started with, others on the machine can see."""
        self.tickets.append(secrets.token_urlsafe(24))
        return f"http://127.0.0.1:{port}/?token={self.tickets[-1]}"

    def admit(self):
        """Refuse, or let the request go on; the token in an address becomes a cookie, and leaves the address."""
        if request.host not in self.hosts:  # another name for this machine: a page elsewhere may have made it up
            abort(403)
        if self._let_in(request.args.get("token", "")):
            answer = redirect(request.path, 303)
            answer.set_cookie(self.cookie, self.token, httponly=True, samesite="Strict")
            return answer
        if not _same(request.cookies.get(self.cookie, ""), self.token):
            abort(403)
        if request.method not in ("GET", "HEAD") and not _same(request.form.get("form", ""), self.form):
            abort(403)
        return None

    def _let_in(self, given: str) -> bool:
        known = [ticket for ticket in self.tickets if _same(given, ticket)]
        if not known:
            return _same(given, self.token)
        try:
            self.tickets.remove(known[0])
        except ValueError:  # another thread was quicker
            return False
        return True

    @staticmethod
    def seal(response):
        """No page runs, loads or is shown in anything that is not ours."""
        response.headers.update(HEADERS)
        return response


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())

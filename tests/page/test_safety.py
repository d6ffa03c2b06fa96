"""Who is refused: other hosts, other pages, wrong tokens, paths, large and slow requests; and nothing is lost by trying."""

import http.client
import os
import socket
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest

from experiments.page import security
from experiments.page.workspace import Workspace, check_name
from sim.core.inputs.errors import UserError

TRAVERSALS = ("../../etc/passwd", "..\\..\\windows", "/etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "a/../../b", "con", "NUL.yaml",
              "x" * 300, "", ".", "..", "a\x00b", "\u202eevil", "-rf /", "a\nb", "~root", "C:" + chr(92) + "x")  # fmt: skip


def ask(served, method="GET", path="/", body=None, cookie=True, **headers):
    """Status, headers and body of one request made by hand."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    sent = {"Host": f"127.0.0.1:{served.port}", **({"Cookie": f"{security.COOKIE}={served.token}"} if cookie else {})}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, sent)
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return found


def post(served, path, token=None, **fields):
    """Post a form with the page's token, or with another."""
    body = urllib.parse.urlencode({"token": served.token if token is None else token, **fields})
    return ask(served, "POST", path, body, **{"Content-Type": "application/x-www-form-urlencoded"})


def test_only_the_browser_with_the_token_is_answered(served):
    assert ask(served)[0] == 200
    assert ask(served, cookie=False)[0] == 403
    assert ask(served, Cookie="xianjie=guess")[0] == 403
    assert ask(served, path="/?token=guess", cookie=False)[0] == 403
    assert ask(served, path="/static/style.css", cookie=False)[0] == 403
    status, headers, _body = ask(served, path=f"/?token={served.token}", cookie=False)
    assert status == 303
    assert "HttpOnly" in headers["set-cookie"]
    assert "SameSite=strict" in headers["set-cookie"]


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1", "127.0.0.1:1", "[::1]", ""])
def test_another_host_is_refused(served, host):
    assert ask(served, Host=host)[0] in (400, 403)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "file://"])
def test_another_origin_changes_nothing(served, origin):
    before = Workspace(served.folder).names()
    body = urllib.parse.urlencode({"token": served.token, "name": "stolen", "like": "baseline"})
    status, _headers, _body = ask(served, "POST", "/plans", body, Origin=origin, Content_Type="application/x-www-form-urlencoded")
    assert status == 403
    assert Workspace(served.folder).names() == before


def test_a_form_without_the_token_changes_nothing(served):
    assert post(served, "/plans", token="guess", name="stolen", like="baseline")[0] == 403
    assert post(served, "/settings", token="", quit="yes")[0] == 403
    assert ask(served)[0] == 200
    assert "stolen" not in Workspace(served.folder).names()


def test_every_answer_forbids_the_browser_to_go_elsewhere(served):
    for path in ("/", "/plans/baseline", "/runs", "/nowhere", "/static/page.js", "/runs/none"):
        _status, headers, body = ask(served, path=path)
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert b"<script>" not in body and b" style=" not in body and b"onclick" not in body


@pytest.mark.parametrize("name", TRAVERSALS)
def test_no_name_leads_out_of_the_folder(served, name, tmp_path):
    outside = sorted(path.name for path in served.folder.parent.iterdir())
    quoted = urllib.parse.quote(name, safe="")
    for path in (
        f"/plans/{quoted}",
        f"/plans/{quoted}/yaml",
        f"/runs/{quoted}",
        f"/runs/{quoted}/files/{quoted}",
        f"/static/{quoted}",
    ):
        assert ask(served, path=path)[0] in (303, 307, 400, 404, 422, 200 if name == "" or name in (".", "..") else 404)
    assert post(served, "/plans", name=name, like="baseline")[0] == 422
    assert post(served, "/plans", name="fine", like=name)[0] == 422
    assert sorted(path.name for path in served.folder.parent.iterdir()) == outside
    with pytest.raises(UserError):
        check_name(name)


def test_a_request_that_is_too_large_is_refused(served):
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    connection.putrequest("POST", "/plans/import", skip_host=True)
    for name, value in (("Host", f"127.0.0.1:{served.port}"), ("Cookie", f"{security.COOKIE}={served.token}"),
                        ("Content-Type", "multipart/form-data; boundary=x"), ("Content-Length", str(100 << 20))):  # fmt: skip
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == 403
    connection.close()
    # One that does not say how long it is, is cut off.
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as raw:
        raw.sendall(
            f"POST /plans/import HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nCookie: {security.COOKIE}={served.token}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        piece = b"%x\r\n" % (1 << 20) + bytes(1 << 20) + b"\r\n"
        try:
            for _ in range(40):
                raw.sendall(piece)
            answer = raw.recv(100)
        except OSError:
            answer = b""  # it closed the door while we were talking
        assert b"200" not in answer.split(b"\r\n")[0]
    assert ask(served)[0] == 200


@pytest.mark.parametrize("each", [50, pytest.param(500, marks=pytest.mark.deep)])
def test_slow_clients_and_thousands_of_quick_requests_do_not_stop_it(served, each):
    """Twenty browsers at once, one thousand requests or ten thousand; bounded, since each request has sixty seconds at most."""
    import psutil

    process = psutil.Process(served.process.pid)
    kinds = (("/static/icon.svg", 200), ("/static/none", 404), ("/static/style.css", 200), ("/plans/none", 404), ("/runs", 200))
    headers = {"Host": f"127.0.0.1:{served.port}", "Cookie": f"{security.COOKIE}={served.token}"}

    def keep_asking(_browser):
        found = 0
        for number in range(each):
            path, status = kinds[0] if number % 25 else kinds[number // 25 % len(kinds)]
            connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            connection.close()
            found += answer.status == status
        return found

    ask(served)
    opened = process.num_fds() if os.name == "posix" else process.num_handles()
    slow = [socket.create_connection(("127.0.0.1", served.port), timeout=20) for _ in range(50)]
    for one in slow:
        one.sendall(b"GET / HTTP/1.1\r\nHost: 127")
    with ThreadPoolExecutor(20) as browsers:
        assert list(browsers.map(keep_asking, range(20))) == [each] * 20
    for one in slow:
        one.close()
    assert ask(served)[0] == 200
    for _ in range(100):  # the page notices a moment later that they have gone
        left = process.num_fds() if os.name == "posix" else process.num_handles()
        if left <= opened + 5:
            break
        time.sleep(0.1)
    assert left <= opened + 5
    assert post(served, "/plans", name=f"afterwards {each}", like="baseline")[0] == 303


def test_hostile_titles_are_shown_as_typed(served):
    title = "<script>alert(1)</script>\"'&{{7*7}}=cmd|"
    assert post(served, "/plans", name="hostile", like="baseline")[0] == 303
    status, _headers, body = post(served, "/plans/hostile", title=title)
    assert status == 303, body.decode()
    page = ask(served)[2].decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page and "{{7*7}}" in page


def test_it_listens_on_this_machine_alone(served):
    import psutil

    listening = [each.laddr.ip for each in psutil.Process(served.process.pid).net_connections() if each.status == "LISTEN"]
    assert listening == ["127.0.0.1"]

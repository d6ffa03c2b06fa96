"""Starting and ending the page: one server for a workspace, on this machine only, found again by a second start."""

import json
import os
import socket
import sys
import threading
import webbrowser
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import psutil
import uvicorn

from experiments.page import security
from experiments.page.jobs import Queue
from experiments.page.routes import app as addresses
from experiments.page.workspace import Workspace
from experiments.results.files import as_json, write_text
from sim.core.inputs.errors import InputError

HOST = "127.0.0.1"
PORT = 8765
RECORD = ".server.json"
_TRIES = 20


def address(port: int, token: str) -> str:
    """What the browser opens."""
    return f"http://{HOST}:{port}/?{security.TOKEN}={token}"


def running(root: Path) -> dict[str, Any] | None:
    """The record of the server that looks after a workspace; None where none does."""
    try:
        record: dict[str, Any] = json.loads((root / RECORD).read_text(encoding="utf-8"))
        process = psutil.Process(record["process"])
        if abs(process.create_time() - record["started"]) > 1.0:
            return None
        question = Request(
            f"http://{HOST}:{record['port']}/static/icon.svg", headers={"Cookie": f"{security.COOKIE}={record['token']}"}
        )
        with urlopen(question, timeout=3) as answer:
            return record if answer.status == 200 else None
    except (OSError, ValueError, KeyError, TypeError, psutil.NoSuchProcess, URLError):
        return None


def free_port(wanted: int | None) -> socket.socket:
    """A socket bound to the wanted port, or to the first free one from ``PORT`` on. Raises InputError where it is taken."""
    for port in (wanted,) if wanted is not None else (*range(PORT, PORT + _TRIES), 0):
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name == "posix":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((HOST, port))
            bound.listen()  # from now on a browser waits instead of being turned away
            return bound
        except OSError:
            bound.close()
    raise InputError(
        "--port",
        0,
        f"another program uses {wanted}; leave it out, or name another",
        f"{wanted} 端口已被占用；请去掉这一项，或换一个",
    )


def serve(root: Path, port: int | None, browser: bool, on_start: Any) -> None:
    """Serve a workspace until Ctrl-C or the page's own button. ``on_start`` is handed the address, and whether it was there.

    Raises InputError for a port that is taken.
    """
    there = running(root)
    if there is not None:
        found = address(there["port"], there["token"])
        on_start(found, True)
        if browser:
            webbrowser.open(found)
        return
    workspace, token = Workspace(root), security.new_token()
    bound = free_port(port)
    port = bound.getsockname()[1]
    queue = Queue(workspace)
    hosts = frozenset({f"{HOST}:{port}"})
    server: uvicorn.Server
    app = addresses.build(workspace, queue, token, hosts, lambda: setattr(server, "should_exit", True))
    config = uvicorn.Config(
        app, log_level="error", access_log=False, lifespan="off", server_header=False, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    record = {"process": os.getpid(), "started": psutil.Process().create_time(), "port": port, "token": token}
    write_text(root / RECORD, as_json(record))
    (root / RECORD).chmod(0o600)
    queue.start()
    app.state.page.quick_look.warm()
    try:
        on_start(address(port, token), False)
        if browser:
            threading.Thread(target=webbrowser.open, args=(address(port, token),), daemon=True).start()
        server.run(sockets=[bound])
    finally:
        queue.close()
        app.state.page.quick_look.close()
        (root / RECORD).unlink(missing_ok=True)
        sys.stdout.flush()

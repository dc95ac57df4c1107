"""A log on a real socket of this machine, for those who follow it from elsewhere: the log's own routes, nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient

from trust.errors import TrustError
from trust.log.errors import NotLogged


def app_of(router: object) -> FastAPI:
    """An application with the router alone, and errors told as the service tells them."""
    app = FastAPI()
    app.include_router(router)  # type: ignore[arg-type]  # a router, whatever its maker calls it

    @app.exception_handler(TrustError)
    def refused(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, TrustError)
        return JSONResponse({"code": error.reason}, 404 if isinstance(error, NotLogged) else 422)

    return app


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The address at which the application answers, until the end of the block."""
    client = TestClient(app, base_url="http://127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(client.get(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kind = {"Content-Type": self.headers["Content-Type"]}
            self._answer(client.post(self.path, content=body, headers=kind))

        def _answer(self, answer: object) -> None:
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

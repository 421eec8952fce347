"""``python -m benchmarks.http_server PLACE``: the connector's HTTP host, and a bare route beside it, which makes the
same call to Graph by requests, in threads of its own. Prints the port; ends with its standard input."""

import json
import sys
import tempfile
from threading import Thread

import requests
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from outlook_connector.hosts.http.app import application
from outlook_connector.hosts.http.connections import opened
from outlook_connector.hosts.http.settings import Settings
from outlook_connector.manifest import load

from .place import TOKEN, Place

THREADS = 32


def main(told: str) -> None:
    place = Place(**json.loads(told))
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(json.dumps(place.config()))
        file.flush()
        connections = opened({"default": file.name})
    host = application(load(), connections, Settings(threads=THREADS))
    session = requests.Session()
    session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=THREADS))
    session.headers["Authorization"] = f"Bearer {TOKEN}"

    async def bare(request: Request) -> Response:
        asked = await request.json()
        query = {"$top": asked["limit"]}
        answer = await run_in_threadpool(session.get, f"{place.mailbox}/messages", params=query)
        return JSONResponse(answer.json())

    routes = [Route("/bare", bare, methods=["POST"]), Mount("/", host.app)]
    config = uvicorn.Config(Starlette(routes=routes), port=0, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])

"""Serves MongoDB's protocol on a free loopback port, which it prints, until its stdin closes."""

import sys
import tempfile

from secantus import SecantusDBServer

with tempfile.TemporaryDirectory() as folder:
    with SecantusDBServer(storage_path=folder, ttl_sweep_seconds=1, cache_size="64M") as server:
        print(server.uri, flush=True)
        sys.stdin.read()

"""Runs the checks of all clients in one process, because the import of each library takes up to a second of CPU.

usage: clients.py ROUTER HTTP_ADDRESS
"""

from importlib import import_module

for client in ("triton_grpc", "triton_http", "triton_aio", "reflection"):
    import_module(client).main()

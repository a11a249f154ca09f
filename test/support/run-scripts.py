"""Runs scripts, each with its arguments, as programs in one process. Prints what each of them printed, as a JSON list.

The argument is a JSON list of scripts, each a list of its path and its arguments.
"""

import contextlib
import io
import json
import runpy
import sys
from pathlib import Path

outputs = []
for script, *arguments in json.loads(sys.argv[1]):
    sys.argv = [script, *arguments]
    # The modules next to the script come first, as when it is started alone.
    sys.path[0] = str(Path(script).parent)
    with contextlib.redirect_stdout(io.StringIO()) as output:
        runpy.run_path(script, run_name="__main__")
    outputs.append(output.getvalue())
print(json.dumps(outputs))

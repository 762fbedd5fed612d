"""What the student's wheel installs under the package's name: an import finds the package of the workspace instead.

Outside of a workspace there is none. The course's own checkout does not use this file: `tito release --wheel` puts it
into the wheel as tinytorch.py.
"""

import importlib

from tito.workspace import activate

try:
    activate()
except RuntimeError as error:
    raise ModuleNotFoundError(f"{__name__} is what you build in a workspace, and {error}", name=__name__) from None

importlib.import_module(__name__)  # `activate` took this module's name back: the import statement gets the real one

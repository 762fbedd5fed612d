"""The first cell of every notebook: `from tito import workspace; workspace.activate()`."""

import sys
from pathlib import Path
from types import ModuleType

from tito.settings import SETTINGS

PACKAGE = "tinytorch"


def activate() -> Path:
    """Make `import tinytorch` mean the package of the workspace around the current folder; the workspace's root.

    The root goes first on sys.path; a tinytorch already imported from elsewhere is forgotten, so that the next
    import finds the workspace's own. Raises RuntimeError outside of a workspace.
    """
    here = Path.cwd()
    root = next((f for f in (here, *here.parents) if (f / SETTINGS).is_file() and (f / "modules").is_dir()), None)
    if root is None:
        raise RuntimeError(f"{here} is in no workspace: open the notebook there, or make one: tito start my-tinytorch")
    sys.path[:] = [str(root), *(path for path in sys.path if path != str(root))]
    _forget_foreign(PACKAGE, root)
    if not (root / PACKAGE / "__init__.py").is_file():
        # nothing exported yet: an empty package, or an installed one elsewhere would be found
        sys.modules.setdefault(PACKAGE, _empty_package(root / PACKAGE))
    if not any(isinstance(finder, _NotExported) for finder in sys.meta_path):
        sys.meta_path.append(_NotExported(root))
    _explain_asserts()
    return root


def _explain_asserts() -> None:
    """In Jupyter, let a bare `assert` that fails end with what was expected and what came, as `tito test` tells it."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        shell.set_custom_exc((AssertionError,), _show_assertion)


def _show_assertion(shell, kind, error, trace, tb_offset=None) -> None:
    from tito.running.asserts import explained

    if not str(error):
        error.args = (explained(error),)
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


class _NotExported:
    """The last place where an import looks: says which lesson a missing part of the package comes from."""

    def __init__(self, root: Path):
        self.root = root

    def find_spec(self, name: str, path=None, target=None):
        if not name.startswith(f"{PACKAGE}."):
            return None
        from tito.settings import read_course

        wanted = name.removeprefix(f"{PACKAGE}.")
        modules = [m for m in read_course(self.root).catalogue if m.notebook.exists()]
        for module in modules:
            if f"{module.target}.".startswith(f"{wanted}."):
                what = f"{module.folder} is not exported yet. In a terminal: tito export {module.number}"
                raise ModuleNotFoundError(f"{name} is missing: {what}", name=name)
        return None


def _empty_package(folder: Path) -> ModuleType:
    package = ModuleType(PACKAGE, "Nothing is exported yet.")
    package.__path__ = [str(folder)]
    return package


def _forget_foreign(package: str, root: Path) -> None:
    """Drop the modules of a package that was imported from outside `root`."""
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        file = getattr(sys.modules[name], "__file__", None)
        if file and not Path(file).is_relative_to(root):
            del sys.modules[name]

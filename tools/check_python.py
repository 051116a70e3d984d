"""Say plainly when the Python at hand cannot run Drover. Runs on any Python 3."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  this file is what tells users of an older one
    found = ".".join(str(part) for part in sys.version_info[:3])
    sys.exit("Drover needs Python 3.11 or newer, this is %s. Try: make run PYTHON=python3.11" % found)  # noqa: UP031

try:
    import ensurepip  # noqa: F401  Debian splits it off into python3-venv
    import venv  # noqa: F401
except ImportError:
    sys.exit("This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv")

"""The core part of TinyTorch."""
# Written by `tito export`: one line a module, in course order.
from tinytorch.core.tensor import *
from tinytorch.core.autograd import *

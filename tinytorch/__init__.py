"""TinyTorch, exported from the notebooks in modules/."""
# Written by `tito export`: one line a module, in course order.
from tinytorch.core.tensor import *
from tinytorch.nn.activations import *
from tinytorch.nn.layers import *
from tinytorch.nn.losses import *
from tinytorch.core.autograd import *

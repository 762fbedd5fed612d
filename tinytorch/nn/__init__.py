"""The nn part of TinyTorch."""
# Written by `tito export`: one line a module, in course order.
from tinytorch.nn.activations import *
from tinytorch.nn.layers import *
from tinytorch.nn.losses import *

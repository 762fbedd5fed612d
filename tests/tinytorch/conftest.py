"""Every test of the package runs with warnings as errors: legal input must not warn."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # for the tables and checks beside the tests
torch.set_num_threads(1)


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("error", "ignore:reduction. 'mean' divides"))  # PyTorch's kl_div


@pytest.fixture
def rng():
    return np.random.default_rng(0)

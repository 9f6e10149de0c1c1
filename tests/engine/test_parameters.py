"""One vector, many views."""

import numpy as np

from engine.parameters import ParameterVector

SHAPES = ({"weight": (2, 3), "bias": (2,)}, {}, {"weight": (1, 2, 1, 2)})


def test_that_views_lie_one_after_the_other_in_one_vector() -> None:
    vector = ParameterVector(SHAPES, np.float64)
    vector.flat[...] = np.arange(12)
    assert vector.layers[0]["weight"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert vector.layers[0]["bias"].tolist() == [6, 7]
    assert vector.layers[1] == {}
    assert vector.layers[2]["weight"].tolist() == [[[[8, 9]], [[10, 11]]]]


def test_that_what_is_written_to_a_view_is_in_the_vector() -> None:
    vector = ParameterVector(SHAPES, np.float32)
    for views in vector.layers:
        for view in views.values():
            view += 1
    assert vector.flat.tolist() == [1] * 12
    assert vector.flat.dtype == np.float32


def test_that_layers_without_parameters_make_an_empty_vector() -> None:
    assert ParameterVector(({}, {}), np.float32).flat.shape == (0,)

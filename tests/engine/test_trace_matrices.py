"""A convolution as a product of matrices: every cell computed another way, and the sizes that are told."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ops import lowering
from engine.trace.matrices import Im2col, RowLowering
from engine.trace.matrix_form import MatrixForm, Term
from tests.engine.test_trace import CLOSE, traced_convolution
from tests.helpers.windows import SEEDS, Array, Convolution, Reading, convolutions

FORMS = pytest.mark.parametrize("kind", [Im2col, RowLowering])


@FORMS
@settings(max_examples=80)
@given(convolutions(), SEEDS)
def test_that_the_products_are_the_maps(kind: type[MatrixForm], case: Convolution, seed: int) -> None:
    trace, layer = traced_convolution(case, seed)
    for group in range(case.groups):
        form = kind(trace, group)
        bias = trace.bias[form.filters, None]
        for i in range(trace.window.rows.output):
            made = form.weights @ form.lines(form.part(i)) + bias
            np.testing.assert_allclose(form.output(i), made, **CLOSE)
            row = made.reshape(len(made), -1, trace.window.cols.output)[:, i if kind is Im2col else 0]
            np.testing.assert_allclose(row, layer.output[form.filters, i], **CLOSE)


@FORMS
@settings(max_examples=40)
@given(convolutions(), SEEDS, st.data())
def test_that_every_term_is_found_where_its_factors_stand(
    kind: type[MatrixForm], case: Convolution, seed: int, data: st.DataObject
) -> None:
    trace, layer = traced_convolution(case, seed)
    form = kind(trace, data.draw(st.integers(0, case.groups - 1)))
    drawn, other = data.draw(terms(form)), data.draw(terms(form))
    f, c = form.filters.start + drawn.filter, form.channels.start + drawn.channel
    assert form.weights[form.weight_cell(drawn)] == trace.weight[f, drawn.channel, drawn.u, drawn.v]
    assert whole(form)[form.value_cell(drawn)] == trace.padded[c, *form.pixel(drawn)]
    assert form.output(drawn.i)[form.output_cell(drawn)] == layer.output[f, drawn.i, drawn.j]
    assert form.at_weight(form.weight_cell(drawn), replace(drawn, filter=0, channel=0, u=0, v=0)) == drawn
    assert form.at_value(form.value_cell(drawn), drawn) == drawn
    assert form.at_output(form.output_cell(drawn), replace(other, i=drawn.i)) == replace(
        other, filter=drawn.filter, i=drawn.i, j=drawn.j
    )


@FORMS
@settings(max_examples=40)
@given(convolutions(), SEEDS, st.data())
def test_that_a_value_leads_to_a_term_that_reads_it_or_to_none(
    kind: type[MatrixForm], case: Convolution, seed: int, data: st.DataObject
) -> None:
    form = kind(traced_convolution(case, seed)[0])
    cell = tuple(data.draw(st.integers(0, n - 1)) for n in form.shape)
    present = data.draw(terms(form))
    term = form.at_value(cell, present)
    readers = [i for i in range(form.trace.window.rows.output) if form.part(i).start <= cell[0] < form.part(i).stop]
    if term is None:
        assert not readers
        return
    assert form.value_cell(term) == cell and term.filter == present.filter
    if kind is RowLowering:
        assert abs(term.i - present.i) == min(abs(i - present.i) for i in readers)


@settings(max_examples=80)
@given(convolutions(), SEEDS)
def test_that_the_parts_are_the_matrices_of_the_fast_path(case: Convolution, seed: int) -> None:
    trace, layer = traced_convolution(case, seed)
    x = np.ascontiguousarray(layer.input.transpose(1, 0, 2)[..., None])
    low = lowering.lower(x, trace.window, case.groups, lambda _, shape: np.zeros(shape))
    matrices = lowering.row_matrices(low, trace.window)
    forms = [RowLowering(trace, group) for group in range(case.groups)]
    for group, form in enumerate(forms):
        for i, matrix in enumerate(matrices[:, group]):
            np.testing.assert_array_equal(form.lines(form.part(i)), matrix)
    assert forms[0].count == low.size == sum(whole(form).size for form in forms)


@given(convolutions(), SEEDS, st.data())
def test_that_im2col_lays_out_all_columns_of_the_trace_or_some(
    case: Convolution, seed: int, data: st.DataObject
) -> None:
    trace = traced_convolution(case, seed)[0]
    forms = [Im2col(trace, group) for group in range(case.groups)]
    np.testing.assert_array_equal(np.concatenate([whole(form) for form in forms]).ravel(), trace.columns.ravel())
    first, last = sorted(data.draw(st.integers(0, forms[0].shape[0])) for _ in range(2))
    np.testing.assert_array_equal(forms[0].lines(slice(first, last)), whole(forms[0])[first:last])
    assert forms[0].count == trace.columns.size


def test_the_sizes_of_a_first_layer_on_digits() -> None:
    case = Convolution(Reading((28, 28), (5, 5), (1, 1), (0, 0), (1, 1)), 1, 1, 6, 1, True)
    trace = traced_convolution(case, 0)[0]
    columns, lowered = Im2col(trace), RowLowering(trace)
    assert columns.extents == (1, 5, 5, 24, 24) and columns.count == 14_400
    assert lowered.extents == (28, 1, 5, 24) and lowered.count == 3_360
    assert lowered.part(3) == slice(15, 40) and lowered.overlaps and lowered.rows_at_once == 2


def test_the_worked_example_as_a_matrix() -> None:
    case = Convolution(Reading((4, 4), (2, 2), (1, 1), (0, 0), (1, 1)), 1, 1, 1, 1, False)
    trace = traced_convolution(case, 0)[0]
    trace.input = np.array([[[1, -2, -9, 6], [5, 8, 7, 9], [-6, 2, 0, -1], [-3, 4, -1, 0]]], float)
    columns = whole(Im2col(trace))
    assert columns[:, 0].tolist() == [1, -2, 5, 8] and columns[:, -1].tolist() == [0, -1, -1, 0]
    assert np.array([6, 0, -7, -1]) @ columns == pytest.approx([-37, -75, -112, 70, 34, 43, -19, -15, 7])


def terms(form: MatrixForm) -> st.SearchStrategy[Term]:
    """Return terms of a form's group."""
    extents = (*form.trace.weight[form.filters].shape, *form.trace.window.output)
    return st.builds(Term, *(st.integers(0, n - 1) for n in extents))


def whole(form: MatrixForm) -> Array:
    """Return all lines of a form."""
    lines = form.lines(slice(0, form.shape[0]))
    assert lines.shape == form.shape
    return lines

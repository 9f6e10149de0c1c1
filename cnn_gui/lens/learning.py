"""How the selected layer learns: the last step of training, and the record of one of its weights."""

from collections.abc import Mapping
from math import nan, prod

import numpy as np

from cnn_gui.document import Document
from engine.architecture import LayerSpec
from engine.equation import Line
from engine.layer import Array
from engine.optimizers import BY_NAME, decays
from engine.settings import TrainingSettings
from engine.watch import Record, Row, Weight


class Learning:
    """Reads the document anew each time, for one layer, except for the last update.

    Thread: GUI.
    """

    def __init__(self, document: Document, spec: LayerSpec) -> None:
        self._document, self._spec, self._model = document, spec, document.model
        self._update = document.last_update

    @property
    def settings(self) -> TrainingSettings:
        """Of the next run, or of the present one."""
        return self._document.settings

    @property
    def record(self) -> Record | None:
        """Of the weight that is watched; None where it is none of this layer, as it is now."""
        record, model = self._document.watch.record, self._document.model
        if record is None or model is None or record.weight.uid != self._spec.uid:
            return None
        return record if record.weight.index(model) is not None else None

    @property
    def updates(self) -> Mapping[str, Array]:
        """What the last step of training added to each learned array, by name; empty where that is not known."""
        model, update = self._model, self._update
        if model is None or update is None or model is not self._document.model:  # the chain was edited since
            return {}
        layer = model.architecture.index(self._spec.uid)
        views, starts = model.parameters.layers[layer], model.parameters.starts[layer]
        return {
            name: update[starts[name] : starts[name] + prod(view.shape)].reshape(view.shape)
            for name, view in views.items()
        }

    @property
    def largest_update(self) -> float:
        """The largest magnitude that the last step of training added to any weight of the network; 0 if not known."""
        update = self._update
        return 0.0 if update is None else float(np.abs(update).max(initial=0))

    def want_updates(self, wanted: bool) -> None:
        """Say whether ``updates`` are to be sent along while a run goes on."""
        self._document.watch.wants_update = wanted

    def watch(self, name: str, place: tuple[int, ...]) -> None:
        """Record from now on what each step does to one weight: the array's name, and the place in it."""
        if self._document.model is not None:
            self._document.watch.look_at(Weight(self._spec.uid, name, place), self._document.model)

    def watch_strongest(self, arrays: Mapping[str, Array]) -> None:
        """Watch the weight of largest magnitude in the first of *arrays*, if a person watches none so far."""
        if self._document.watch.record is None:
            name, values = next(iter(arrays.items()))
            place = np.unravel_index(np.abs(np.nan_to_num(values)).argmax(), values.shape)
            self.watch(name, tuple(map(int, place)))

    def outlook(self, place: tuple[int, ...]) -> tuple[Line, ...]:
        """Return the equation of the chosen optimizer before there are numbers, for a weight at *place*."""
        settings = self.settings
        rule, nothing = BY_NAME[settings.optimizer], (0.0,) * len(BY_NAME[settings.optimizer].MOMENTS)
        norm = 2 * settings.clip_norm or nan  # one that would be clipped
        row = Row(1, 1, settings.learning_rate, norm, 0.0, 0.0, 0.0, nothing, nothing)
        return rule.tell(settings, row, settings.weight_decay if decays(len(place)) else 0.0)

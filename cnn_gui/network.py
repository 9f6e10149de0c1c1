"""The chain as a network that computes: what is known of each layer, the model, and what training has made of it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QCoreApplication

from cnn_gui.learned import Basis, Learned, Optimized
from cnn_gui.project_data import ProjectData
from cnn_gui.stash import WeightStash
from engine import memory
from engine.architecture import Architecture
from engine.faults import Faults
from engine.files.project import Project
from engine.files.weights import Weights, parameter_shapes, weights_of
from engine.history import History
from engine.layer import Array, Shape
from engine.model import Model
from engine.settings import TrainingSettings
from engine.shapes import CROSS_ENTROPY, LayerInfo, Problem, first_problem, infer_shapes
from engine.summary import BYTES, size
from engine.trace.tracer import Tracer

COPIES = 4  # of all weights: themselves, their gradients, and twice as much while they are drawn


class Network:
    """Built anew after every change of chain, data or loss; layers keep the weights that still fit them.

    Attributes:
        infos: what is known of each layer, problems among it.
        model: computes with the weights of now; None while the chain cannot work.
        history: the run so far.
        basis: what its figures describe; None where that is not known.
        last_update: what the last step of training added to each weight (P,), where that is known.
    """

    def __init__(self, seed: int) -> None:
        self.infos: tuple[LayerInfo, ...] = ()
        self.model: Model | None = None
        self.history = History()
        self.basis: Basis | None = None
        self.last_update: Array | None = None
        self._optimizer: Optimized | None = None
        self._tracer: Tracer | None = None
        self._faults: Faults = {}
        self._loss = CROSS_ENTROPY
        self._stash = WeightStash()
        # Of networks that undo can bring back:
        self._histories: dict[Architecture, tuple[History, Basis | None]] = {}
        self._rng = np.random.default_rng(seed)  # draws the weights of new layers

    @classmethod
    def of(cls, project: Project) -> "Network":
        """Return the network of *project*, with its weights and history; it is not built yet."""
        network = cls(project.settings.seed)
        network.history = project.history
        network.basis = Basis(project.architecture, project.settings.loss, project.data_source, project.figures_of)
        network._stash.replace(project.weights)
        return network

    def build(self, architecture: Architecture, data: ProjectData, settings: TrainingSettings) -> None:
        """Check the chain, and build the model anew where it can work."""
        if self.model is not None:
            self._stash.keep(self.model)
        self.infos = infer_shapes(architecture, data.input_shape, len(data.class_names), settings.loss)
        self.model = self._built(architecture, data.input_shape)
        self._tracer, self._loss, self.last_update = None, settings.loss, None
        if self.model is not None:
            self._stash.restore(self.model)

    def _built(self, architecture: Architecture, input_shape: Shape) -> Model | None:
        """Return a new model; None where the chain cannot work, or where its weights do not fit into memory.

        That is then a problem of the layer that has most of them.
        """
        if not architecture.layers or first_problem(self.infos):
            return None
        sizes = [info.parameters for info in self.infos]
        needed, free = COPIES * BYTES * sum(sizes), memory.free()
        if free is None or needed <= free:
            with suppress(MemoryError):
                return Model.build(architecture, input_shape, self._rng)
        text = QCoreApplication.translate("Network", "The weights need about {0} of memory, more than is free.")
        remedy = QCoreApplication.translate("Network", "Make this layer smaller, or shrink its input before it.")
        place, infos = sizes.index(max(sizes)), [*self.infos]
        infos[place] = replace(infos[place], problem=Problem(text.format(size(needed)), remedy))
        self.infos = tuple(infos)
        return None

    @property
    def tracer(self) -> Tracer | None:
        """Traces samples through ``model``; made when it is first asked for."""
        if self._tracer is None and self.model is not None:
            self._tracer = Tracer(self.model, self._loss, self._faults)
        return self._tracer

    def set_faults(self, faults: Faults) -> None:
        """Have deliberate faults in what ``tracer`` traces; ``model`` has none."""
        self._faults, self._tracer = faults, None

    def change_history(self, old: Architecture, new: Architecture) -> bool:
        """Put *new*'s own history in the place of *old*'s where they share no layer; return whether they do not."""
        if {spec.uid for spec in old.layers} & {spec.uid for spec in new.layers}:
            return False
        self._histories[old] = self.history, self.basis
        self.history, self.basis = self._histories.pop(new, (History(), None))
        return True

    def set_weights(self, flat: Array, update: Array | None = None) -> bool:
        """Take over weights (P,) and what the last step added to each; False where they are of another network."""
        if self.model is None or flat.size != self.model.parameters.flat.size:
            return False
        np.copyto(self.model.parameters.flat, flat)
        self.last_update = update
        return True

    def weights(self, architecture: Architecture, input_shape: Shape) -> Weights:
        """Return the weights of each layer by its uid, as far as they are known where the chain cannot work."""
        if self.model is not None:
            return weights_of(self.model)
        return self._stash.weights(architecture, parameter_shapes(architecture, input_shape))

    def fresh(self, seed: int) -> Learned:
        """Return initial weights drawn with *seed*, an empty history, and nothing of layers edited away."""
        assert self.model is not None
        self._rng = np.random.default_rng(seed)
        model = Model.build(self.model.architecture, self.model.input_shape, self._rng)
        return Learned(model.parameters.flat, History(), stash=WeightStash())

    def learned(self) -> Learned:
        """Return what training has made of the network; the weights are a copy."""
        assert self.model is not None
        return Learned(self.model.parameters.flat.copy(), self.history, self.basis, self._optimizer)

    def fits(self, learned: Learned) -> bool:
        """Return whether *learned* is of a network of this shape; other data may have changed it."""
        return self.model is not None and self.model.parameters.flat.shape == learned.weights.shape

    def swap(self, learned: Learned) -> Learned:
        """Put *learned* in the place of what is, and return that; nothing where it does not fit."""
        if self.model is None or not self.fits(learned):
            return learned
        before = self.learned()
        np.copyto(self.model.parameters.flat, learned.weights)
        self.history, self.basis, self._optimizer = learned.history, learned.basis, learned.optimizer
        self.last_update = None
        if learned.stash is None:
            return before
        before, self._stash = before._replace(stash=self._stash), learned.stash
        return before

    def set_optimizer(self, optimizer: str, arrays: Mapping[str, Array] | None) -> None:
        """Keep what the *optimizer* of a run has built up; None: it begins anew."""
        fresh = arrays is None or self.model is None
        self._optimizer = None if fresh else Optimized.of(self.model, optimizer, arrays)

    def optimizer_for(self, optimizer: str) -> Mapping[str, Array] | None:
        """Return what an *optimizer* of that name has built up on these weights; None where it begins anew."""
        kept = self._optimizer
        return kept.arrays if kept and self.model is not None and kept.fits(self.model, optimizer) else None

"""The data of a project: which it is, and what is known of it before and after it has been read."""

from dataclasses import dataclass, field, replace

from engine.data.appearance import Appearance
from engine.data.dataset import Dataset
from engine.layer import Shape


@dataclass(frozen=True, slots=True, eq=False)
class ProjectData:
    """A value that takes the place of the one before; begins as the bundled digits, not yet read.

    Attributes:
        source: what ``engine.data.catalogue.load`` takes.
        input_shape: (C, H, W) of an image; known before the data set is, as are the *class_names*.
        dataset: None until it has been read.
        problem: why there is no data set, where reading it failed.
        awaited: the source that is being read just now, '' for none.
        appearance: how the images look; None for data that was never read with this version of the program.
    """

    source: str = "bundled"
    input_shape: Shape = (1, 28, 28)
    class_names: tuple[str, ...] = tuple("0123456789")
    dataset: Dataset | None = None
    problem: str = ""
    awaited: str = ""
    appearance: Appearance | None = field(default_factory=lambda: Appearance.of_mnist((1, 28, 28)))

    @property
    def looks(self) -> Appearance:
        """How the images look, as far as that is known."""
        return self.appearance or Appearance.assumed(self.input_shape)

    @classmethod
    def of(cls, dataset: Dataset, source: str, learned: Appearance | None = None) -> "ProjectData":
        """Return the data that was read from *source*; of a network that *learned* from other images, this is told."""
        appearance = dataset.appearance or Appearance.of(dataset.train.images)
        dataset = replace(dataset, remarks=(*dataset.remarks, *appearance.remarks(learned)))
        return cls(source, dataset.image_shape, dataset.class_names, dataset, appearance=appearance)

    def awaiting(self, source: str) -> "ProjectData":
        """Return this data while *source* is being read."""
        return replace(self, awaited=source)

    def kept(self) -> "ProjectData":
        """Return this data, with nothing else awaited any more."""
        return replace(self, awaited="")

    def after_failure(self, problem: str) -> "ProjectData":
        """Return what is left where reading failed: a data set that is there stays."""
        return replace(self, awaited="", problem="" if self.dataset is not None else problem)

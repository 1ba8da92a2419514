"""Jobs of the window generate on a cluster where they are told to, and here otherwise."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cozviewer.chain.chain import Chain, Progress
from cozviewer.chain.protocols import Notice
from cozviewer.chain.series import Needs
from cozviewer.config.choice import EngineChoice
from cozviewer.export.run import Generator, OneProcess
from cozviewer.export.tasks import RegionTask
from cozviewer.export.upscaling.upscale import UpscaleOptions
from cozviewer.jobs.exports.export_job import Export, ExportJob
from cozviewer.jobs.exports.on_cluster import ClusterChoice
from cozviewer.jobs.exports.upscale_job import UpscaleJob, UpscaleRequest
from cozviewer.session.source import OpenedImage
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import BadInput
from tests.chain.conftest import MakeChain
from tests.chain.conftest import chain_over as chain_over
from tests.pyramid.images import encoded, smooth


class FakeCluster:
    """Generates in this process, and notes what was asked of it."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, EngineChoice]] = []
        self.generated: list[Needs] = []
        self.closed = 0

    @contextmanager
    def open(self, address: str, choice: EngineChoice, notice: Notice) -> Iterator[Generator]:
        if address == "ray://nowhere:1":
            raise BadInput("No Ray cluster answers at ray://nowhere:1.")
        self.opened.append((address, choice))
        yield self
        self.closed += 1

    def generate(
        self,
        needs: Needs,
        chain: Chain,
        is_cancelled: IsCancelled,
        on_progress: Callable[[Progress], None],
    ) -> Iterator[Progress]:
        self.generated.append(needs)
        return OneProcess().generate(needs, chain, is_cancelled, on_progress)


def test_an_export_is_generated_on_the_cluster(chain_over: MakeChain, tmp_path: Path) -> None:
    chain, cluster, choice = chain_over(smooth(40, 30)), FakeCluster(), EngineChoice("fake")
    job = ExportJob(chain)
    saved: list[Export] = []
    job.saved.connect(saved.append)
    task = RegionTask(tmp_path / "out.png", chain.pyramid.whole_level(2))
    request = Export(task, choice, ClusterChoice("local:2", cluster.open))
    job.export(request)
    assert saved == [request]
    assert cluster.opened == [("local:2", choice)]
    assert cluster.generated == [{2: [chain.pyramid.level_rect(2)]}]
    assert cluster.closed == 1
    job.export(Export(task))
    assert len(cluster.opened) == 1


def test_a_cluster_that_does_not_answer_is_told(chain_over: MakeChain, tmp_path: Path) -> None:
    chain = chain_over(smooth(40, 30))
    job = ExportJob(chain)
    ended: list[str] = []
    job.ended.connect(lambda request, sentence: ended.append(sentence))
    task = RegionTask(tmp_path / "out.png", chain.pyramid.whole_level(2))
    choice = ClusterChoice("ray://nowhere:1", FakeCluster().open)
    job.export(Export(task, EngineChoice(), choice))
    assert ended == ["No Ray cluster answers at ray://nowhere:1."]


@pytest.mark.parametrize("on_cluster", [True, False])
def test_photos_of_the_queue_share_one_connection(
    chain_over: MakeChain, tmp_path: Path, on_cluster: bool
) -> None:
    cluster = FakeCluster()
    photos = [tmp_path / "a.png", tmp_path / "b.png"]
    for width, photo in zip((16, 20), photos, strict=True):
        photo.write_bytes(encoded(smooth(width, 16), "PNG"))

    def open_chain(image: OpenedImage, *_: object) -> Chain:
        return chain_over(image.source.levels[0])

    job = UpscaleJob(open_chain, lambda: None)
    saved: list[object] = []
    job.saved.connect(lambda request, done, pace: saved.append(done))
    choice = ClusterChoice("local:2", cluster.open) if on_cluster else None
    for photo in photos:
        options = UpscaleOptions(folder=tmp_path / photo.stem)
        request = UpscaleRequest(photo, options, EngineChoice("fake"), cluster=choice)
        if on_cluster:
            request.hold.set()  # the view does not need the cluster
        job.upscale(request)
    assert len(saved) == 2
    assert len(cluster.opened) == on_cluster
    assert len(cluster.generated) == 2 * on_cluster
    assert cluster.closed == 0
    job.rest()
    assert cluster.closed == on_cluster

"""An OpenVINO that compiles nothing."""

from dataclasses import dataclass
from io import BytesIO


class NoCore:
    """Compiles nothing; keeps what it was asked for, with which number of threads."""

    def __init__(self, cpu: str = "a CPU") -> None:
        self.cpu = cpu
        self.compiled: list[int] = []
        self.imported: list[int] = []

    def get_property(self, device: str, name: str) -> object:
        return self.cpu if name == "FULL_DEVICE_NAME" else ["FP32", "INT8"]

    def compile_model(self, graph: object, device: str, settings: dict[str, int]) -> "NoPiece":
        self.compiled.append(settings["INFERENCE_NUM_THREADS"])
        return NoPiece(self.compiled[-1])

    def import_model(self, file: object, device: str, settings: dict[str, int]) -> "NoPiece":
        self.imported.append(settings["INFERENCE_NUM_THREADS"])
        return NoPiece(self.imported[-1], exports=False)


@dataclass(frozen=True)
class NoPiece:
    """A piece for a number of threads. As in OpenVINO, one that was imported cannot be exported."""

    threads: int
    exports: bool = True

    def export_model(self, file: BytesIO) -> None:
        assert self.exports
        file.write(b"a piece")

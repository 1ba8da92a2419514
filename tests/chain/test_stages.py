"""Stages of loading reach who waits in the same thread, and nobody else."""

import threading

from cozviewer.chain.stages import stages_told, tell_stage


def test_stages_are_told_within_the_block_in_its_thread() -> None:
    told: list[str] = []
    inner: list[str] = []
    tell_stage("to nobody")
    with stages_told(told.append):
        tell_stage("one")
        with stages_told(inner.append):
            tell_stage("two")
        other = threading.Thread(target=tell_stage, args=("elsewhere",))
        other.start()
        other.join()
        tell_stage("three")
    tell_stage("to nobody")
    assert told == ["one", "three"]
    assert inner == ["two"]

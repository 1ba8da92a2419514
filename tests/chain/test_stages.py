"""Stages of loading reach who waits in the same thread, and nobody else."""

import threading

from cozviewer.chain.stages import report_stage, reporting_stages


def test_stages_are_told_within_the_block_in_its_thread() -> None:
    told: list[str] = []
    inner: list[str] = []
    report_stage("to nobody")
    with reporting_stages(told.append):
        report_stage("one")
        with reporting_stages(inner.append):
            report_stage("two")
        other = threading.Thread(target=report_stage, args=("elsewhere",))
        other.start()
        other.join()
        report_stage("three")
    report_stage("to nobody")
    assert told == ["one", "three"]
    assert inner == ["two"]

"""The check box that lets a work be generated on the cluster of the preferences."""

from PySide6.QtWidgets import QCheckBox

from cozviewer.ui.settings import saved_preferences
from cozviewer.util.translation import translate


def cluster_box() -> QCheckBox:
    """Return the check box; hidden if the preferences name no cluster. GUI thread."""
    address = saved_preferences().cluster
    box = QCheckBox(
        translate("Export", "Generate on the cluster ({address})").format(
            address=address.replace("&", "&&")
        )
    )
    box.setToolTip(
        translate("Export", "The computers of a Ray cluster generate the missing detail together.")
    )
    box.setVisible(bool(address))
    return box

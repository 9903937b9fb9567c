"""What all objects of one result say of themselves: model, version, sha256, disclaimer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import highdicom as hd
from pydicom.sr.codedict import codes
from pydicom.uid import generate_uid

from ai.findings import Finding, Findings
from viewer import DISCLAIMER, __version__
from viewer.results.dicom.codes import PRIVATE_SCHEMES, plain

MANUFACTURER = "Hounsfield"


class Kind(Enum):
    """The objects of a result, each in a series of its own: its number and what it is called."""

    SEGMENTATION = (9001, "segmentation")
    REPORT = (9002, "report")
    HEATMAP = (9003, "heatmap")
    PICTURES = (9004, "pictures")
    KEY_OBJECTS = (9005, "key images")


@dataclass(frozen=True)
class Identity:
    """What the objects of one export share.

    Parameters
    ----------
    findings : Findings
    """

    findings: Findings
    _series: dict[Kind, str] = field(default_factory=dict)
    _tracking: dict[int, str] = field(default_factory=dict)

    @property
    def statement(self) -> str:
        """The disclaimer, the model exactly, and whether the images met its contract."""
        model, contract = self.findings.model, self.findings.contract
        text = (
            f"{DISCLAIMER} Made by the AI model {model.id} {model.version}, sha256 {model.sha256}."
        )
        if not contract.ok:
            text += f" OUT OF CONTRACT: {' '.join(contract.reasons)}"
        return plain(text, 1024)

    @property
    def algorithm(self) -> hd.AlgorithmIdentificationSequence:
        """The model, as images name it (PS3.3 10.16)."""
        model, run = self.findings.model, self.findings.run
        return hd.AlgorithmIdentificationSequence(
            name=plain(model.id, 64),
            family=codes.DCM.ArtificialIntelligence,
            version=plain(model.version, 64),
            source=MANUFACTURER,
            parameters={"sha256": model.sha256, "threshold": f"{run.threshold:g}"},
        )

    @property
    def report_algorithm(self) -> hd.sr.AlgorithmIdentification:
        """The model, as structured reports name it (PS3.16 TID 4019)."""
        model, run = self.findings.model, self.findings.run
        return hd.sr.AlgorithmIdentification(
            name=plain(model.id, 64),
            version=plain(model.version, 64),
            parameters=[f"sha256={model.sha256}", f"threshold={run.threshold:g}"],
        )

    @property
    def observer(self) -> hd.sr.ObserverContext:
        """The program as the observer of a structured report (PS3.16 TID 1004)."""
        return hd.sr.ObserverContext(
            observer_type=codes.DCM.Device,
            observer_identifying_attributes=hd.sr.DeviceObserverIdentifyingAttributes(
                uid=generate_uid(entropy_srcs=[MANUFACTURER, self.findings.model.sha256]),
                name=plain(f"{MANUFACTURER} {__version__}", 64),
                manufacturer_name=MANUFACTURER,
                model_name=plain(f"{self.findings.model.id} {self.findings.model.version}", 64),
                serial_number=self.findings.model.sha256,
            ),
        )

    def tracking(self, finding: Finding) -> tuple[str, str]:
        """Tracking UID and identifier of a finding, the same in all objects."""
        uid = self._tracking.setdefault(finding.id, generate_uid())
        name = f"{self.findings.model.id} finding {finding.id}"
        return uid, plain(name, 64)

    def instance(self, kind: Kind, number: int = 1) -> dict[str, Any]:
        """The arguments that every constructor of highdicom takes.

        Parameters
        ----------
        kind : Kind
        number : int
            Of the object within its series.
        """
        model = self.findings.model
        series_number, what = kind.value
        warning = "" if self.findings.contract.ok else " out of contract"
        equipment = hd.ContributingEquipment(
            manufacturer=MANUFACTURER,
            purpose_of_reference=codes.DCM.ProcessingEquipment,
            manufacturer_model_name=plain(model.id, 64),
            software_versions=plain(model.version, 64),
            device_serial_number=plain(model.sha256, 64),
            contribution_description=self.statement,
        )
        return {
            "series_instance_uid": self._series.setdefault(kind, generate_uid()),
            "series_number": series_number,
            "series_description": plain(f"AI{warning} {what}: {model.id} {model.version}", 64),
            "sop_instance_uid": generate_uid(),
            "instance_number": number,
            "manufacturer": MANUFACTURER,
            "manufacturer_model_name": plain(f"{model.id} {model.version}", 64),
            "software_versions": __version__,
            "device_serial_number": plain(model.sha256, 64),
            "contributing_equipment": [equipment],
            "coding_schemes": PRIVATE_SCHEMES,
        }

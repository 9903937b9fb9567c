"""The model card, but for the figures."""

from string import Template

CARD = Template("""\
# Lung nodules in chest CT (`lung-nodule-ct`)

**Research use only. Not for diagnosis. Not a medical device.**

The model marks what looks like a lung nodule in a chest CT, with its place, outline, size, volume,
mean HU, a probability, and how suspicious readers would rate it. It has never been tested in a
clinic.

## How it works

1. The lungs are found from HU, closed over vessels and nodules on their surface.
2. Inside their box the scan is brought to 0.7 mm pixels and slices of at least about 1 mm.
3. `segment`, a 2D U-Net that sees three neighbouring slices, scores every pixel; the score volume
   is the heatmap. Connected voxels of score 0.5 and more that reach 0.7 are a candidate.
4. The same at half the resolution for masses: only candidates of 20 mm and more are taken from it,
   in place of the parts that the finer pass found.
5. `reject`, an EfficientNet-Lite0, glances at each candidate's axial plane and looks again at what
   may be a nodule: in three axial planes and, where slices are thin, a coronal and a sagittal one.
6. A logistic regression on that evidence and the size gives the probability.
7. `outline`, a second U-Net, draws each finding once more, in a window of 2.5 of its diameters.
   Diameters, volume and mean HU are those of this outline.
8. `rate`, another EfficientNet-Lite0, sees the largest axial section. With the logarithm of the
   outline's size it gives the malignancy rating, 1 to 5: how suspicious the readers of LIDC-IDRI
   would have found it. They knew no pathology. It is a rating and no diagnosis.

## Training data

- LIDC-IDRI (CC BY 3.0, Armato 2011, doi 10.1118/1.3528204): axial crops around nodules with the
  votes of four readers. Their relative grey was brought back to HU by finding the HU section of
  the same nodule in them. What two or more readers drew is nodule; what one drew counts neither
  way.
- LIDC-IDRI sections in HU, with whole-numbered ratings of malignancy, for `rate`.
- LUNA16 (CC BY 4.0, Setio 2017, doi 10.1016/j.media.2017.06.015): patches of candidates, nodules
  and detectors' mistakes.
$scans
Split by patient, by hash with seed $seed: $train patients train, $validation validate
(calibration), $test test. LUNA16 patches don't name their patient: nodules recognised among LIDC's
sections follow their patient, all others the split by candidate of the archive, and one in eight of
its training part validates. Patches of one patient can therefore lie on both sides, and
`candidate_auc` may be too high.

## Figures on patients held back

95 % confidence intervals by bootstrap over patients (over candidates for `candidate_auc`).

| figure | value | 95 % CI | n |
|---|---|---|---|
$metrics

`dice_2_readers` counts a nodule that was missed as 0. `dice_between_readers` is pooled over pairs
of readers from counts of votes, an upper bound of their agreement on the same slices. A "crop" is a
stack of up to three slices, about 8 cm square; a nodule of two or more readers in it counts as
found where a candidate comes within 3 mm of what they drew. Crops are measured at the finest scale
only, and without the prior of whole scans. `malignancy_auc` tells ratings of 4 and 5 from 1 and 2;
3 is left out. The model finds and measures the nodule in the section itself.

## Operating points

| name | probability |
|---|---|
$operating_points

## Limits and known failures

- It was trained on crops of 8 cm around nodules and has not been measured on whole annotated scans.
  Its probability on a whole scan is the one calibrated on crops, lowered by an assumed ratio of
  prior odds; it is not calibrated on scans.
- Large vessels, and nodules that a vessel joins, are easily mistaken for each other.
- The outline has been learnt from axial crops of up to three slices; how well it ends along the
  body is not measured.
- Ratings depend mostly on size. Those of masses over 30 mm are extrapolated.
- Crops end 4 cm from the nodule, so masses of more than 5 cm were never seen whole in training.
- Not measured on patients: how well it does by density (solid, part-solid, ground-glass), slice
  thickness, scanner, kernel or dose. Nodules under 3 mm are not in the training data.

## Made by

`$command`, seed $seed, with the settings in `config.json` and the log in `train.log`.
$remarks

The weights are published under Apache-2.0. The data keep their own licences and ask to be cited.
""")

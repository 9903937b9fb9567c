"""A small training on drawn blood cells."""

CONFIG = """
id = "cells"
seed = 3

[data]
path = "cells"
labels = ["healthy", "infected"]
patient_pattern = '(p\\d+)_'

[split]
validation = 0.2
test = 0.2

[preparation]
side = 32
colour = true

[augmentation]
rotation = 180
flip = true
shift = 0.05
brightness = 0.05

[network]
architecture = "SmallResNet"
arguments = { blocks = [1, 1], widths = [8, 16] }

[optimisation]
epochs = 12
batch = 16
rate = 5e-3
averaging = 0.9

[input]
modality = ["OT"]

[card]
title = "Parasites in drawn cells"
intended_use = "A test."
"""

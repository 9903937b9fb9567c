"""The training workbench for classifiers of pictures; ``workbench.train`` is the way in."""

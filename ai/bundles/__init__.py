"""Bundles of MONAI's model zoo, opened as they are published: read, never run.

A bundle's configuration is a program: names of classes to be called, references, expressions of
Python. Here it is read by an interpreter that knows a list of names and a few operators, and
nothing else: no ``eval``, no import by name. Only the modules that run a bundle import ``monai``.
"""

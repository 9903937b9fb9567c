"""Networks out of the files of a package, one module a format; imported only to run a model."""

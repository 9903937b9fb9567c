"""Taking data out: volumes, pictures, films. Everything is written whole or not at all."""

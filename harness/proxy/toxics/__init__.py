"""The toxics, one file each. Importing this package registers them all, so that a new one is a new file and nothing else."""

import importlib
import pkgutil

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

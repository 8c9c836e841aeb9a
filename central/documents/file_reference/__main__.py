"""Write the tables of the page that is named: `make reference`."""

from __future__ import annotations

import sys
from pathlib import Path

from central.documents.file_reference.tables import fill_tables

if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(fill_tables(path.read_text(encoding="utf-8")), encoding="utf-8")

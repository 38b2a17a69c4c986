"""The hand that writes: a frozen deposit in, a PDF out."""

import os
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"

# Fontconfig reads this when WeasyPrint loads it, which any module of this package may cause: so it stands here, before
# all of them. From then on the process knows our fonts and no other, whatever is installed on the machine.
os.environ["FONTCONFIG_FILE"] = str(FONTS / "fonts.conf")

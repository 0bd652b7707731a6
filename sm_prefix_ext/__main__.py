"""``python -m sm_prefix_ext`` is ``sm-prefix``."""

from .cli import main

main()

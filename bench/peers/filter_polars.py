"""The filter with polars: lazy, streaming, on all cores."""
import sys

import polars as pl

source, out = sys.argv[1:3]
present = pl.any_horizontal(
    pl.col("title", "tags", "description").str.contains("(?i)mobilit[eé]|transport")
)
pl.scan_csv(source, separator=";", infer_schema=False, empty_string_is_null=False).filter(present).sink_csv(
    out, separator=";", quote_style="always", line_terminator="\r\n"
)

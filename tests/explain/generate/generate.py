"""Writes the corpus: `generate.py PATH`. Start it with `run`."""

import sys

import build
import tools

tools.start_all()
import cases_body
import cases_other
import cases_unknown

cases_body.all_of_them()
cases_other.all_of_them()
cases_unknown.all_of_them()
build.finish(sys.argv[1])

"""Sphinx's settings for the site of README.md and docs/, which one command builds.

    sphinx-build -W --keep-going -c docs/site . build/site

The pages are the same Markdown files that a code host shows. Their order is that of
docs/README.md; the pages of the Python interface and of the flags are made while the site is built.
"""

import shutil
import sys
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "src")]

import api_pages  # noqa: E402
import docstrings  # noqa: E402
import flag_pages  # noqa: E402
import links  # noqa: E402
import navigation  # noqa: E402
import setting_words  # noqa: E402
import typography  # noqa: E402

import eccles  # noqa: E402

project = "Eccles"
author = "The Eccles developers"
release = version = eccles.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon"]
root_doc = "README"
include_patterns = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/**.md", "docs/**.rst"]
exclude_patterns = [".*", "build", "dist", "examples", "results", "runs", "src", "tests"]

myst_heading_anchors = 4
myst_links_external_new_tab = False

autosummary_generate = False
autodoc_class_signature = "mixed"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
maximum_signature_line_length = 72
python_use_unqualified_type_names = True
add_module_names = False
napoleon_numpy_docstring = False
napoleon_use_ivar = True
toc_object_entries_show_parents = "hide"

highlight_language = "none"  # A page names the language of its code; the rest is equations.
smartquotes = False  # They would make a dash of the -- of a flag.

html_theme = "furo"
html_title = f"Eccles {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = html_show_copyright = False
html_theme_options = {"navigation_with_keys": True}


def _face(app: Sphinx, error: Exception | None) -> None:
    """Let the folder open with its first page, which search finds under its own name."""
    if error is None:
        shutil.copyfile(Path(app.outdir) / "README.html", Path(app.outdir) / "index.html")


def setup(app: Sphinx) -> dict[str, bool]:
    """Hook in what turns this project's pages and docstrings into Sphinx's."""
    for part in (api_pages, flag_pages, navigation, links, docstrings, setting_words, typography):
        part.setup(app)
    app.connect("build-finished", _face)
    app.add_lexer("csv", TextLexer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

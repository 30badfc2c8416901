"""Sites whose mails were sent, once for all judges."""

from __future__ import annotations

import pytest
from acceptance import mailed_site
from acceptance.mailed_site import Sent


@pytest.fixture(scope="session")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """Nobody may change them: whoever sends something works on a copy."""
    return mailed_site.build(tmp_path_factory.mktemp("mailed"))

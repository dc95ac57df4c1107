"""Who verifies holds no pen: verifying and the signer's interface load no custody."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module", ["keys.sm2", "keys.signer", "keys.self_test", "keys.lifecycle", "keys.second_opinion"]
)
def test_custody_is_not_loaded_by(module):
    program = f"import sys, {module}; sys.exit(bool({{'keys.custody', 'keys.key_file'}} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)

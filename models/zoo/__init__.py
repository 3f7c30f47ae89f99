# SPDX-License-Identifier: Apache-2.0
"""Language models for tests, made and exported with the original libraries, which are kept from asking the hub."""
import os

os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TOKENIZERS_PARALLELISM": "false",
               "TRANSFORMERS_VERBOSITY": "error"}

"""The warehouse and the landing folder of the tests of the pipeline, here too."""

from tests.pipelines.conftest import ingest_all as ingest_all
from tests.pipelines.conftest import landing as landing
from tests.pipelines.conftest import warehouse as warehouse

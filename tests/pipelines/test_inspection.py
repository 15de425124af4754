import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import inspection
from pipelines.errors import RefusedFile
from pipelines.inspection import inspect_text
from pipelines.text_records import Lines, locate


def inspected(tmp_path: Path, content: bytes, name: str = "a.csv", **options: object) -> inspection.Inspection:
    path = tmp_path / name
    path.write_bytes(content)
    spill = tmp_path / "spill"
    spill.mkdir(exist_ok=True)
    return inspect_text(path, spill, **options)  # type: ignore[arg-type]


def test_a_clean_file_is_read_where_it_is(tmp_path: Path) -> None:
    found = inspected(tmp_path, b"a,b\n1,2\n3,4")
    assert (found.path, found.records, found.set_aside) == (tmp_path / "a.csv", 2, ())


def test_mixed_newlines_are_made_one_kind(tmp_path: Path) -> None:
    found = inspected(tmp_path, b"a,b\r\n1,2\n3,4\r\n")
    assert found.path.read_bytes() == b"a,b\n1,2\n3,4\n"
    assert found.records == 2


def test_a_newline_inside_quotes_does_not_end_a_record(tmp_path: Path) -> None:
    assert inspected(tmp_path, b'a,b\n1,"x\ny"\n2,z\n').records == 2


def test_a_quote_inside_an_unquoted_field_opens_nothing(tmp_path: Path) -> None:
    found = inspected(tmp_path, b'a,b\n1,5" pipe\n2,6" pipe\n3,7" pipe\n')
    assert (found.records, found.set_aside) == (3, ())


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b'2,"never closed', "unterminated quote"),
        (b"2,\x00", "NUL byte"),
        (b"2,\xe9t\xe9", "invalid encoding"),
    ],
)
def test_a_damaged_line_is_set_aside_and_its_neighbours_are_kept(tmp_path: Path, line: bytes, rule: str) -> None:
    found = inspected(tmp_path, b"a,b\n1,x\n" + line + b"\n" + b"3,z\n" * 200)
    assert [(each.line, each.rule) for each in found.set_aside] == [(3, rule)]
    assert found.records == 201
    assert found.path.read_bytes().splitlines()[3] == b"3,z", "line numbers stay as they were"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"\x1f\x8brest", "gzip"),
        (b"PAR1rest", "Parquet"),
        (b"\xff\xfea\x00,\x00", "UTF-16"),
        (b"<!DOCTYPE html><html><body>502</body></html>", "HTML"),
        (b"a,b\n" + b"x" * (17 << 20), "lines of at most"),
        (b"a,b\n" + b"1,\x00\n" * 500, "damaged"),
    ],
)
def test_what_is_no_text_of_rows_is_refused_with_the_reason(tmp_path: Path, content: bytes, word: str) -> None:
    with pytest.raises(RefusedFile, match=word):
        inspected(tmp_path, content)


def test_a_truncated_gzip_file_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(b"a,b\n" + b"".join(b"%d,x\n" % n for n in range(10_000)))
    assert inspected(tmp_path, whole, "a.csv.gz").records == 10_000
    with pytest.raises(RefusedFile, match="damaged"):
        inspected(tmp_path, whole[: len(whole) // 2], "b.csv.gz")


def test_a_declared_encoding_is_decoded(tmp_path: Path) -> None:
    found = inspected(tmp_path, "a,b\n1,été\n".encode("latin-1"), encoding="latin-1")
    assert found.path.read_text(encoding="utf-8") == "a,b\n1,été\n"


FIELD = st.text(alphabet='ab",\n\r ', max_size=6)


def quoted(field: str) -> str:
    return '"' + field.replace('"', '""') + '"' if set(field) & set('",\n\r') else field


@settings(max_examples=200)
@given(
    rows=st.lists(st.tuples(FIELD, FIELD), max_size=8),
    newline=st.sampled_from(["\n", "\r\n"]),
    ends=st.booleans(),
    chunk=st.sampled_from([1, 2, 3, 7, 1 << 20]),
)
def test_records_are_counted_as_written_for_any_chunking(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rows: list[tuple[str, str]],
    newline: str,
    ends: bool,
    chunk: int,
) -> None:
    monkeypatch.setattr(inspection, "CHUNK", chunk)
    lines = ["a,b", *(f"{quoted(first)},{quoted(second)}" for first, second in rows)]
    found = inspected(tmp_path, (newline.join(lines) + (newline if ends else "")).encode())
    assert (found.records, found.set_aside) == (len(rows), ())


def test_records_are_found_again_by_number_and_by_offset(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'a,b\n1,"x\ny"\n2\n\n3,z\n')
    assert locate(path, b",", [0, 1], [12], header=True) == {0: (2, '1,"x\ny"'), -1: (4, "2"), 1: (6, "3,z")}


@given(
    texts=st.lists(st.text(alphabet="ab", min_size=1, max_size=4), min_size=1, max_size=20),
    bad=st.sets(st.integers(0, 19)),
)
def test_the_fast_way_to_find_lines_agrees_with_the_slow_one(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], bad: set[int]
) -> None:
    path = tmp_path_factory.mktemp("lines") / "a.csv"
    path.write_text("\n".join(["header", *texts]))
    offsets = [7 + sum(len(text) + 1 for text in texts[:index]) for index in sorted(bad) if index < len(texts)]
    returned = range(len(texts) - len(offsets))
    slow = locate(path, b",", returned, offsets, header=True)
    lines = Lines(path, offsets, header=True)
    assert lines.places(returned) | lines.rejected_places() == slow
    assert len(slow) == len(texts)

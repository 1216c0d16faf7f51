"""The people of one listing while it is read: their documents as lines, in memory or a private temporary file."""

import array
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator

import msgspec

from planbridge.recordkeepers.formats.canonical_json_record import NotAsAgreedError, canonical_document

# Lines beyond this go to a file; it holds a plan of about 15,000 people.
MEMORY_BYTES_MAX = 32 * 1024 * 1024


class _Head(msgspec.Struct):
    participant_id: object = None
    deleted: object = None


_head_decoder = msgspec.json.Decoder(_Head)


class PeopleSpool:
    """Documents in delivered order. Of each person eight bytes stay in memory, to find those who come twice."""

    def __init__(self, *, only: str | None = None) -> None:
        """Begin without anybody; `only`: nobody but this participant is taken in."""
        # Temporary files are readable by their owner only, and have no name on Unix.
        self._file = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES_MAX)  # noqa: SIM115 - closed by close()
        self._only = only
        self._digests = array.array("q")
        self._deleted: list[str] = []
        self.lines_taken = 0

    def __len__(self) -> int:
        """How many documents there are, repeated ones included."""
        return len(self._digests)

    def add(self, line: bytes) -> None:
        """Take in one document or one {"participant_id", "deleted": true}."""
        self.lines_taken += 1
        try:
            head = _head_decoder.decode(line)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            head = _Head()
        named = head.participant_id
        if self._only is not None and named != self._only:
            return
        if head.deleted is True:
            if isinstance(named, str):
                self._deleted.append(named)
            return
        if b"\n" in line or b"\r" in line:
            line = msgspec.json.format(line, indent=-1)
        self._file.write(line + b"\n")
        # Who has no readable id is repeated by nobody: the number stands for the id.
        self._digests.append(hash(named) if isinstance(named, str) else hash((len(self._digests),)))

    def deleted(self) -> tuple[str, ...]:
        """Those gone; whoever was listed as well is there still."""
        if not self._deleted:
            return ()
        listed = set(self._digests)
        return tuple(dict.fromkeys(person for person in self._deleted if hash(person) not in listed))

    def people(self) -> Iterator[list[bytes]]:
        """Each person's document, with those of other content behind it; repeats of the same content are left out."""
        followers, left_out = self._repeats()
        self._file.seek(0)
        for number, line in enumerate(self._file):
            if number not in left_out:
                yield [line, *followers.get(number, ())]

    def close(self) -> None:
        """Remove the file."""
        self._file.close()

    def __del__(self) -> None:
        """Remove the file when whoever went through the people, perhaps more than once, is done with them."""
        self.close()

    def _repeats(self) -> tuple[dict[int, list[bytes]], set[int]]:
        """Differing repeats by the number of the first line, and the numbers of all lines after the first."""
        if len(set(self._digests)) == len(self._digests):
            return {}, set()
        numbers: dict[int, list[int]] = defaultdict(list)
        repeated = {digest for digest, times in Counter(self._digests).items() if times > 1}
        for number, digest in enumerate(self._digests):
            if digest in repeated:
                numbers[digest].append(number)
        wanted = {number for group in numbers.values() for number in group}
        self._file.seek(0)
        texts = {number: line for number, line in enumerate(self._file) if number in wanted}
        followers: dict[int, list[bytes]] = {}
        for first, *others in numbers.values():
            contents = {_content(texts[first])}
            for other in others:
                if _content(texts[other]) not in contents:
                    contents.add(_content(texts[other]))
                    followers.setdefault(first, []).append(texts[other])
        return followers, {number for _, *others in numbers.values() for number in others}


def _content(line: bytes) -> bytes:
    """What two documents of the same content have alike, whatever their key order and white space."""
    try:
        return canonical_document(line)
    except NotAsAgreedError:
        return line

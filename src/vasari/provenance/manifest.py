"""The signed manifest: what a file says about how it was made, C2PA 2, written and read.

C2PA signs a hash of the file, so a file is signed when it is complete. Nothing here uses a network:
c2pa may look for manifests and revocations elsewhere, which is turned off, and a time stamp server
is asked only where the user names one.
"""

from __future__ import annotations

import hashlib
import io
import json
import mmap
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from PIL import Image

from vasari.errors import VasariError
from vasari.provenance.identity import Identity, own_authority

if TYPE_CHECKING:
    import c2pa

COVERED = {
    ".mp4": "video/mp4", ".mov": "video/quicktime", ".m4a": "audio/mp4", ".png": "image/png",
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
}  # fmt: skip
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
ALGORITHM = "vasari.pixels.1"  # our own name: it is not in the public list of soft bindings
NOTES = "vasari.making"  # the assertion with what C2PA has no word for
SETTINGS: dict[str, Any] = {
    "verify": {
        "remote_manifest_fetch": False, "ocsp_fetch": False,
        "verify_after_sign": False,  # it would read the file twice more
    },
    "builder": {"thumbnail": {"enabled": False}},
    "core": {"backing_store_memory_threshold_in_mb": 4},  # beyond it works in a temporary file
}  # fmt: skip
LARGE = 32 << 20  # bytes from which a movie is hashed in pieces: else up to 256 MiB lie in memory
PIECES = {"core": {**SETTINGS["core"], "merkle_tree_chunk_size_in_kb": 4096}}
# What a manifest store, its assertions and its claim are called in every file that ever held one
TRACES = tuple(
    name + b"\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"
    for name in (b"c2pa", b"c2as", b"c2cl")
)
# What is wrong with a manifest though nobody changed it: who signed is a matter of trust, and an
# action that is described against the rules was so from the beginning
NO_CHANGE = ("signingCredential.untrusted", "signingCredential.expired", "signingCredential.ocsp.",
             "timeStamp.", "assertion.action.")  # fmt: skip
SEAL = b"vasari-sha256:"
LUMP = 1 << 20  # bytes read at once


@dataclass(frozen=True)
class Ingredient:
    """What went into a making.

    Attributes:
        title: what it was; no name of a file, which may tell more than its owner wants.
        path: of its file, whose own manifest is kept; None where there is none.
    """

    title: str
    path: Path | None = None


@dataclass(frozen=True)
class Manifest:
    """What a manifest says, and how far it is to be believed.

    Attributes:
        state: "intact", "tampered" (file or manifest were changed after signing), or "elsewhere"
            (the file only names an address, which was not asked).
        ours: whether Vasari made the file, or something that it was made from.
        generator: the program that signed, with its version.
        signer: as its certificate says.
        trust: "here" (this installation), "unknown" (nobody known here vouches for the signer).
        notes: of Vasari: version, consent, mark, badge; else empty.
        problem: in C2PA's words, where it was tampered with.
    """

    state: Literal["intact", "tampered", "elsewhere"]
    ours: bool = False
    generator: str = ""
    signer: str = ""
    trust: Literal["here", "unknown"] = "unknown"
    notes: dict[str, Any] | None = None
    problem: str = ""


def sign(
    source: Path, target: Path, kind: str, who: Identity, version: str,
    ingredients: tuple[Ingredient, ...], notes: dict[str, Any],
) -> None:  # fmt: skip
    """Write a file again, with a manifest.

    Args:
        source: the complete file.
        target: where the signed one goes; it may be there already, and is overwritten.
        kind: one of the extensions in `COVERED`.
        who: signs.
        version: of Vasari.
        ingredients: what it was made from.
        notes: for `Manifest.notes`; its "mark" is the id in the pixels, or None.

    Raises:
        c2pa.C2paError: it cannot be signed.
        OSError: it cannot be written.
    """
    import c2pa

    boxes = kind in (".mp4", ".mov", ".m4a")
    said = _definition(version, ingredients, notes | ({"seal": "sha256"} if boxes else {}))
    large = boxes and source.stat().st_size > LARGE
    context = c2pa.Context(c2pa.Settings.from_dict(SETTINGS | (PIECES if large else {})))
    with _signer(who) as signer, c2pa.Builder(said, context) as builder:
        for number, ingredient in enumerate(ingredients):
            _add(builder, f"input-{number}", ingredient)
        with source.open("rb") as old, target.open("wb+") as new:
            builder.sign(signer, COVERED[kind], old, new)
    if boxes:
        _seal(target)


def check_identity(who: Identity) -> None:
    """Sign a picture of one pixel, so that a certificate that will not do is known before the work
    is done. No time stamp is asked for.

    Raises:
        VasariError: C2PA refuses it.
    """
    import c2pa

    pixel = io.BytesIO()
    Image.new("L", (1, 1)).save(pixel, "PNG")
    context = c2pa.Context(c2pa.Settings.from_dict(SETTINGS))
    said = _definition("0", (), {})
    try:
        with _signer(replace(who, stamps=None)) as signer, c2pa.Builder(said, context) as builder:
            builder.sign(signer, "image/png", pixel, io.BytesIO())
    except c2pa.C2paError as error:
        raise VasariError(
            f"C2PA refuses this certificate ({' '.join(str(error).split())}): it must be signed by "
            "another one, for signing documents or mail."
        ) from None


def _signer(who: Identity) -> c2pa.Signer:
    import c2pa

    stamps = who.stamps.encode() if who.stamps else None
    info = c2pa.C2paSignerInfo(who.method.encode(), who.chain, who.key, stamps)
    return c2pa.Signer.from_info(info)


def _definition(
    version: str, ingredients: tuple[Ingredient, ...], notes: dict[str, Any]
) -> dict[str, Any]:
    inputs = [f"input-{number}" for number in range(len(ingredients))]
    created = {
        "action": "c2pa.created", "digitalSourceType": SOURCE,
        "parameters": {"ingredientIds": inputs},
    }  # fmt: skip
    actions, assertions = [created], [{"label": NOTES, "data": notes}]
    if notes.get("mark") is not None:
        actions.append({"action": "c2pa.watermarked"})
        block = {"scope": {}, "value": str(notes["mark"])}
        binding = {"alg": ALGORITHM, "blocks": [block]}
        assertions.append({"label": "c2pa.soft-binding", "data": binding})
    return {
        "claim_generator_info": [{"name": "Vasari", "version": version}],
        "title": "A portrait animated by Vasari",
        "assertions": [{"label": "c2pa.actions", "data": {"actions": actions}}, *assertions],
    }


def _add(builder: c2pa.Builder, label: str, ingredient: Ingredient) -> None:
    """With its own manifest, where it has one that c2pa reads; else by name alone."""
    import c2pa

    said = {"title": ingredient.title, "relationship": "inputTo", "label": label}
    kind = kind_of(ingredient.path) if ingredient.path else None
    if ingredient.path and kind:
        try:
            with ingredient.path.open("rb") as file:
                builder.add_ingredient(said, kind, file)
                return
        except (c2pa.C2paError, OSError):
            pass  # damaged, or gone meanwhile: that is no reason to lose the work
    builder.add_ingredient(said, "application/octet-stream", io.BytesIO())


def kind_of(path: Path) -> str | None:
    """What c2pa is to take a file for, by its first bytes; None for what it cannot read."""
    with path.open("rb") as file:
        head = file.read(16)
    if head[4:8] == b"ftyp":
        brand = {b"qt  ": "video/quicktime", b"heic": "image/heic", b"avif": "image/avif"}
        return brand.get(head[8:12], "video/mp4")
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/avi"}.get(head[8:12])
    starts = {
        b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif",
        b"II*\0": "image/tiff", b"MM\0*": "image/tiff", b"ID3": "audio/mpeg", b"fLaC": "audio/flac",
    }  # fmt: skip
    return next((kind for start, kind in starts.items() if head.startswith(start)), None)


def read_manifest(path: Path) -> Manifest | None:
    """The manifest of a file; None where it has none.

    Raises:
        OSError: the file cannot be read.
    """
    import c2pa

    kind = kind_of(path) or COVERED.get(path.suffix.lower())
    if not kind:
        return None  # WebM and others: c2pa has no place for one
    try:
        with path.open("rb") as file, c2pa.Reader(kind, file, context=_context()) as reader:
            return _judged(json.loads(reader.json()), path, kind)
    except c2pa.C2paError as error:
        if type(error).__name__.endswith("RemoteManifest") or "emote" in str(error):
            return Manifest("elsewhere")
        return Manifest("tampered", problem=" ".join(str(error).split())) if _trace(path) else None


def _context() -> c2pa.Context:
    import c2pa

    authority = own_authority()
    trust = {"trust": {"trust_anchors": authority}} if authority else {}
    return c2pa.Context(c2pa.Settings.from_dict(SETTINGS | trust))


def _judged(store: dict[str, Any], path: Path, kind: str) -> Manifest:
    manifests = store.get("manifests", {})
    active = manifests.get(store.get("active_manifest"))
    if active is None:  # its name was changed
        return Manifest("tampered", problem="the active manifest is not there")
    results = store.get("validation_results", {}).get("activeManifest", {})
    failures = {entry["code"] for entry in results.get("failure", ())}
    changed = sorted(code for code in failures if not code.startswith(NO_CHANGE))
    generator = _generator(active)
    notes = _notes(active)
    if generator.startswith("Vasari") and not changed and not _whole(path, kind, notes):
        changed = ["a byte that C2PA does not cover was changed"]
    signature = active.get("signature_info", {})
    return Manifest(
        state="tampered" if changed else "intact",
        ours=any(_generator(made).startswith("Vasari") for made in manifests.values()),
        generator=generator,
        signer=signature.get("issuer") or signature.get("common_name") or "",
        trust="here" if store.get("validation_state") == "Trusted" else "unknown",
        notes=notes,
        problem=", ".join(changed),
    )


def _generator(manifest: dict[str, Any]) -> str:
    info = (manifest.get("claim_generator_info") or [{}])[0]
    named = f"{info.get('name', '')} {info.get('version', '')}".strip()
    return named or str(manifest.get("claim_generator", ""))


def _notes(manifest: dict[str, Any]) -> dict[str, Any] | None:
    for assertion in manifest.get("assertions", ()):
        if assertion["label"] == NOTES and isinstance(assertion["data"], dict):
            return assertion["data"]
    return None


def _trace(path: Path) -> bool:
    """Whether there was a manifest in a file, though it cannot be found where it belongs."""
    with path.open("rb") as file:
        try:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                return any(content.find(trace) >= 0 for trace in TRACES)
        except ValueError:  # an empty file
            return False


def _seal(path: Path) -> None:
    """Add the hash of the whole file as a last box. C2PA leaves out some boxes, the padding of its
    own signature and some names in it, where a changed byte would not be seen."""
    with path.open("rb+") as file:
        mark = SEAL + _digest(file, path.stat().st_size)
        file.seek(0, io.SEEK_END)
        file.write((8 + len(mark)).to_bytes(4, "big") + b"skip" + mark)


def _whole(path: Path, kind: str, notes: dict[str, Any] | None) -> bool:
    """Whether also those bytes are as they were that C2PA leaves out."""
    if kind == "image/png":
        return all(ok for ok in _chunks(path))
    if not notes or notes.get("seal") != "sha256":
        return True
    box = 8 + len(SEAL) + hashlib.sha256().digest_size
    with path.open("rb") as file:
        length = path.stat().st_size - box
        digest = _digest(file, length)
        file.seek(length)
        return file.read() == box.to_bytes(4, "big") + b"skip" + SEAL + digest


def _digest(file: BinaryIO, length: int) -> bytes:
    """SHA-256 of the first `length` bytes."""
    digest = hashlib.sha256()
    file.seek(0)
    while length > 0:
        part = file.read(min(LUMP, length))
        if not part:
            break
        digest.update(part)
        length -= len(part)
    return digest.digest()


def _chunks(path: Path) -> Iterator[bool]:
    """For each chunk of a PNG whether its sum is right."""
    with path.open("rb") as file:
        file.seek(8)
        while head := file.read(8):
            body, wanted = file.read(int.from_bytes(head[:4], "big")), file.read(4)
            yield zlib.crc32(head[4:] + body).to_bytes(4, "big") == wanted
